//! The rule table: what the generator may not write, the checker reports, and a lab breaks.
//!
//! One file per rule, grouped by what it looks at; each lists its rules in its `mod.rs`, and [`all`] joins the groups.

pub mod facts;
mod finding;
pub mod image;
pub mod manifest;
pub mod namespace;
pub mod network;
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
pub use rule::{Category, Check, Control, Rule, Safety, Severity, Standard};
pub use set_report::SetReport;
pub use settings::Settings;
pub(crate) use sink::identity;
pub use sink::{PodContext, Report, SetSink, Sink};

/// The groups, in the order in which they are listed.
const GROUPS: [&[&Rule]; 8] = [
    pod_security::RULES,
    pod::RULES,
    image::RULES,
    rbac::RULES,
    network::RULES,
    namespace::RULES,
    manifest::RULES,
    suppression::RULES,
];

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.into_iter().flatten().copied()
}

/// The rule of that name.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}
