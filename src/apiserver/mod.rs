//! What the programs of the control plane take, release by release, what of it is safe, and how to write it: one neutral
//! baseline from a spec, and one file for each form that control planes take.

pub mod advice;
pub mod baseline;
pub mod catalogue;
pub mod explain;
pub mod files;
pub mod slides;
pub mod target;
