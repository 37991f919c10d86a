//! Rules as policies of the API server: `ValidatingAdmissionPolicy` with a binding, which refuses what the rule finds.

mod cel;
mod export;
mod guard;
mod list;
mod options;
mod own;
pub mod static_set;
mod subject;
mod view;

pub use export::export;
pub use list::table;
pub use options::{Action, Label, Options};
pub use subject::Subject;
