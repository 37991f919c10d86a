//! Rules as policies of the API server: `ValidatingAdmissionPolicy` with a binding, which refuses what the rule finds.

mod cel;
mod export;
mod guard;
mod list;
mod subject;

pub use export::{Action, Label, Options, export};
pub use list::table;
pub use subject::Subject;
