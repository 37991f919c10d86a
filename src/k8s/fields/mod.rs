//! Every field of every built-in object, per release, after the `OpenAPI` of Kubernetes (`data/kubernetes/README.md`).

mod index;
mod limit;
mod limits;
mod parse;
mod table;
#[cfg(test)]
mod tests;
mod types;

use std::sync::LazyLock;

use crate::k8s::table::checked;

pub use index::{Index, index};
pub use limit::Limit;
pub use types::{Field, FieldType, Fields, KindInfo, Lookup, Scope, TypeId};

static TABLE: LazyLock<Fields> = LazyLock::new(|| checked(parse::read()));

/// The table, read at its first use.
pub fn table() -> &'static Fields {
    &TABLE
}
