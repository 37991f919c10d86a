//! What the programs of the control plane take, release by release, and what of it is safe.

pub mod advice;
pub mod catalogue;
pub mod explain;
pub mod files;
pub mod slides;
