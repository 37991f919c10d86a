//! Running a lab: starting it, taking its steps, verifying it, beginning anew. Nothing here prints.

mod error;
mod kubectl;
mod node;
mod rendered_lab;
pub mod rollout;
mod start;
pub mod steps;
pub mod verify;

pub use error::RunError;
pub use rendered_lab::RenderedLab;
pub use start::{LABEL, Proved, apply_again, begin, begin_within, end, end_own, unexpected};
pub use verify::{Checked, Patience, Report};
