//! A course: folders of labs, each with a `lab.yaml`.

pub mod format;
pub mod probe;
pub mod right;
pub mod step;
pub mod values;
pub mod workload;

pub use format::{Check, Lab, Solution, Task, Trap};
pub use probe::{Group, Probe};
pub use step::Step;
