//! What the board has to know of the workshop besides its log.

use crate::workshop::room::Attendee;

/// Who is in the room, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    pub title: String,
    pub attendees: Vec<Attendee>,
}
