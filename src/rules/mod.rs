//! The rule table: what the generator may not write, the checker reports, and a lab breaks.
//!
//! One file per rule, grouped by what it looks at; each lists its rules in its `mod.rs`, and [`all`] joins the groups.

pub mod control_plane;
pub mod facts;
mod finding;
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
mod set_report;
mod settings;
mod sink;
pub mod suppression;

pub use finding::{FileId, Finding, Fix, ObjectId, Place};
pub use rule::{Category, Rule, RuleKind, Safety, Severity, Standard};
pub use settings::Settings;
pub use sink::identity;
pub use sink::{PodContext, SetSink, Sink};

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
    all().find(|rule| rule.id == id)
}
