//! A course: folders of labs, each with a `lab.yaml`.

pub mod cks;
pub mod cluster;
pub mod fault;
mod fill;
pub mod format;
pub mod names;
pub mod probe;
pub mod read;
pub mod right;
pub mod source;
pub mod step;
pub mod values;
pub mod workload;

pub use fault::{Fault, Faults};
pub use format::{Check, Lab, Solution, Task, Trap};
pub use probe::{Group, Probe};
pub use read::{Course, Entry, UnknownLab};
pub use right::Right;
pub use step::Step;
pub use workload::Workload;
