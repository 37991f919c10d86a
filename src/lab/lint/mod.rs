//! The linter of courses: what is wrong with a lab as it is written, and what is wrong with it on a cluster.

pub mod live;
pub mod offline;
pub mod pool;
mod proof;
mod state;

pub use proof::{Phase, Proof};
