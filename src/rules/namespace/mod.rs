//! Namespaces: their Pod Security labels, quotas and limits.

mod default_namespace;
mod invalid_pod_security_label;
mod labels;
mod no_pod_security_level;
mod no_pod_security_warning;
mod no_quota;
mod quota_without_defaults;
mod system_namespace;
mod unpinned_pod_security_version;
mod weak_pod_security_level;

use super::rule::Rule;
use labels::{enforced, label, labels_place};
pub(super) use system_namespace::SYSTEM;

pub(super) const RULES: &[&Rule] = &[
    &no_pod_security_level::RULE,
    &weak_pod_security_level::RULE,
    &invalid_pod_security_label::RULE,
    &unpinned_pod_security_version::RULE,
    &no_pod_security_warning::RULE,
    &default_namespace::RULE,
    &system_namespace::RULE,
    &no_quota::RULE,
    &quota_without_defaults::RULE,
];
