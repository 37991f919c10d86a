//! How an outcome is shown: one file per format.

pub mod concise;
