//! Who may do what with the API: roles, and what their bindings really grant.

mod admission;
mod anonymous;
mod binding_effect;
mod bound;
mod broad_role;
mod cluster_admin;
mod dangers;
mod default_account;
mod escalation;
mod everyone;
mod grants;
mod masters;
mod nodes;
mod role_effect;
mod secrets;
mod volumes;
mod wildcard;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &cluster_admin::RULE,
    &anonymous::RULE,
    &everyone::RULE,
    &masters::RULE,
    &wildcard::RULE,
    &secrets::RULE,
    &escalation::RULE,
    &broad_role::RULE,
    &default_account::RULE,
    &admission::RULE,
    &nodes::RULE,
    &volumes::RULE,
    &role_effect::RULE,
    &binding_effect::RULE,
];
