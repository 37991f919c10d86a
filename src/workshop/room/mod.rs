//! The room: who is where, who waits for help, and how long each task takes. It is a pure fold of the log, so that whoever reads
//! the same log sees the same room.

pub mod control;
pub mod event;
mod fold;
pub mod log;
mod place;
mod sheet;
#[cfg(test)]
mod tests;
mod times;

pub use control::{Act, Done};
pub use event::{Entry, Event, Outcome, Told};
pub use fold::{LabRun, Progress, Room};
pub use log::{Follower, Log, LogError};
pub use place::{Attendee, Place, State};
#[cfg(test)]
pub use sheet::TaskSheet;
pub use sheet::{LabSheet, generic, sheets};
pub use times::{TaskTally, median};
