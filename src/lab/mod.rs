//! Labs: a course of flaws on a live cluster, verified by trying the attack.

pub mod adopted;
pub mod answers;
pub mod check;
pub mod check_context;
pub mod consent;
pub mod course;
pub mod doctor;
mod hex;
mod kubectl;
pub mod lab_cluster;
pub mod lint;
pub mod new_lab;
pub mod node;
pub mod page;
pub mod probe_pods;
pub mod run;
pub mod state;
pub mod verdict;
pub mod within;

/// The one image of the labs: small, and with a shell to attack with.
pub const IMAGE: &str = "busybox:1.37";
