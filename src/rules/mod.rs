//! The rule table: what the generator may not write, the checker reports, and a lab breaks.
//!
//! One file per rule, grouped by what it looks at; each lists its rules in its `mod.rs`, and [`all`] joins the groups.

pub mod control_plane;
pub mod facts;
pub mod image;
pub mod manifest;
pub mod namespace;
pub mod network;
mod page;
mod path;
pub mod pod;
pub mod pod_security;
pub mod rbac;
mod rule;
mod settings;
mod sink;
pub mod suppression;

pub use page::REPOSITORY;
pub use path::at as field_at;
pub use rule::{Category, Rule, RuleKind, Standard};
pub use settings::Settings;
pub use sink::{PodContext, Sink, identity};

use std::collections::HashMap;
use std::sync::LazyLock;

/// The groups with their titles, in the order in which they are listed.
pub static GROUPS: [(&str, &[&Rule]); 9] = [
    ("Pod Security Standards", pod_security::RULES),
    ("Pods", pod::RULES),
    ("Images", image::RULES),
    ("RBAC", rbac::RULES),
    ("Network", network::RULES),
    ("Namespaces", namespace::RULES),
    ("Manifests", manifest::RULES),
    ("Control plane", control_plane::RULES),
    ("Suppressions", suppression::RULES),
];

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|(_, rules)| *rules).copied()
}

/// The rule of that name.
pub fn find(id: &str) -> Option<&'static Rule> {
    static BY_ID: LazyLock<HashMap<&str, &Rule>> = LazyLock::new(|| all().map(|rule| (rule.id, rule)).collect());
    BY_ID.get(id).copied()
}
