//! Labs: a course of flaws on a live cluster, verified by trying the attack.

pub mod answers;
pub mod check;
pub mod course;
pub mod doctor;
pub mod lint;
pub mod node;
pub mod page;
pub mod probes;
pub mod run;
pub mod scene;
pub mod site;
pub mod state;
pub mod verdict;

/// The one image of the labs: small, and with a shell to attack with.
pub const IMAGE: &str = "busybox:1.37";
