//! Control planes: one neutral baseline from a spec, and one file for each form that control planes take.

pub mod baseline;
pub mod target;
