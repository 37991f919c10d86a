//! Labs: a course of flaws on a live cluster, verified by trying the attack.

pub mod check;
pub mod course;
pub mod lint;
pub mod scene;
pub mod verdict;
