//! A course: folders of labs, each with a `lab.yaml`.

pub mod check_kind;
pub mod cks;
pub mod cluster;
pub mod faults;
mod fill;
pub mod format;
pub mod names;
pub mod objects;
mod placeholders;
pub mod read;
pub mod right;
pub mod source;
pub mod step;
pub mod values;
pub mod workload;
pub mod workshop;

pub use check_kind::CheckKind;
pub use faults::Faults;
pub use format::{Lab, LabCheck, Task, Trap};
pub use read::{Course, Entry};
pub use right::Right;
pub use step::{Action, Step};
pub use workload::Workload;
