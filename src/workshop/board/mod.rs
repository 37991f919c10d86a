//! The board: what the room sees on the projector, and what the instructor sees. A page without a request to anywhere else,
//! the same as JSON, and a server of both.

mod csv;
mod key;
mod model;
mod page;
mod parts;
mod roster;
pub mod serve;
#[cfg(test)]
mod tests;

pub use csv::csv;
pub use key::Key;
pub use model::{instructor, projector};
pub use page::{How, hash as policy_hash, instructor_page, projector_page};
pub use roster::Roster;
