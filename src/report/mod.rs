//! How an outcome is shown: one file per format.

pub mod admission;
pub mod concise;
