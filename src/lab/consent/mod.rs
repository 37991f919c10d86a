//! A course is a program: what one that is not built in does, as a person reads it, and whether somebody has agreed to it.

mod applied;
mod ledger;
mod privileges;
mod program;

pub use ledger::{Known, Ledger};
pub use program::{CourseProgram, LabProgram};
