//! What the programs of the control plane take, release by release, what of it is safe, and the files that its flags name.

pub mod advice;
pub mod catalogue;
pub mod explain;
pub mod files;
pub mod slides;
pub mod validation;
