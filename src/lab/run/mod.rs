//! Running a lab: starting it, taking its steps, verifying it, beginning anew. Nothing here prints.

mod error;
mod kubectl;
mod node;
pub mod quiet;
mod stage;
mod start;
pub mod steps;
pub mod verify;

pub use error::RunError;
pub use stage::Stage;
pub use start::{Begun, LABEL, Proved, begin, end, end_own, unexpected};
pub use verify::{Checked, Patience, Report};
