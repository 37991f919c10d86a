//! The one type of all that is said of a place in a text, how people see it, and the gate that makes its texts safe.

mod draw;
mod fix;
mod location;
mod mask;
mod model;
mod nearest;
mod object;
mod refusal;
mod severity;
pub mod style;
pub mod text;

pub use draw::{Sources, draw, render};
pub use fix::{Fix, Safety};
pub use location::Location;
pub use mask::{Mask, masked};
pub use model::Diagnostic;
pub use nearest::nearest;
pub use object::ObjectId;
pub use refusal::{Refusal, refuse, refuse_for};
pub use severity::Severity;
pub use text::{Text, Texts};
