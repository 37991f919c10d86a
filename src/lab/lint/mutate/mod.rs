//! Wrong answers that the linter makes by itself from a right one. Each must fail a check.
//!
//! An operator is a row of a table: the types of checks that it attacks, the rules of a lab that it breaks, and what it
//! makes wrong. What it would make that harms nobody is left out: such an answer is right.

mod admission;
mod inventory;
mod json;
mod network;
mod node;
mod operators;
mod rights;
mod route;
mod scene;
#[cfg(test)]
mod tests;
mod trial;
mod undo;
mod workload;
mod wrong;

pub use operators::{Choice, OPERATORS};
pub use trial::{Outcome, Tried, run};
