//! Pod Security admission as data: levels, policy versions, and the labels of a namespace that choose them.

pub mod labels;
mod level;

pub use level::{Level, Policies, Policy, PolicyVersion};
