//! Programs of this machine: run by their arguments, never through a shell, with a limit of time and of what they may print.
//!
//! Each is in a group of its own, so that the programs that it starts end with it. A key press for an interrupt therefore does
//! not reach it; [`end_all`] does.

mod engine;
mod error;
mod group;
mod path;
mod pipe;
mod program;
mod running;

pub use engine::Engine;
pub use error::ProgramError;
pub use group::{end, end_all};
pub use path::find;
pub use program::{Output, Program};
pub use running::Ended;
