//! Workshops: many attendees on one cluster, each in namespaces of their own. Nothing in it prints.
//!
//! What a lab calls its namespaces is a placeholder, so a lab of an attendee is the lab in a run whose suffix is the attendee's
//! pseudonym: names, selectors, subjects and host names follow from it.

pub mod capacity;
#[allow(dead_code, reason = "`up` writes it")]
pub mod roster;
pub mod share;
