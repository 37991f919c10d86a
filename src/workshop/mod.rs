//! Workshops: many attendees on one cluster, each in namespaces of their own. Nothing in it prints.
//!
//! What a lab calls its namespaces is a placeholder, so a lab of an attendee is the lab in a run whose suffix has the
//! attendee's pseudonym: names, selectors, subjects and host names follow from it.

pub mod access;
pub mod again;
mod attempt;
pub mod board;
pub mod capacity;
pub mod codes;
pub mod down;
mod error;
mod eyes;
pub mod guard;
pub mod join;
pub mod place;
pub mod print;
pub mod room;
pub mod roster;
mod seat;
pub mod share;
pub mod up;
pub mod verifier;

pub use attempt::{Attempt, attempt, claim, reset};
pub use error::WorkshopError;
pub use eyes::OwnEyes;
