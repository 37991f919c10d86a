//! Every field of every built-in object, per release, after the `OpenAPI` of Kubernetes (`data/fields/README.md`).

mod index;
mod limit;
mod limits;
mod parse;
mod table;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

pub use index::{Index, index};
pub use limit::Limit;
pub use table::{Field, FieldType, Fields, KindInfo, Lookup, Scope, TypeId};

static TABLE: LazyLock<Fields> = LazyLock::new(|| {
    let mut table = parse::fields(include_str!("../../../data/fields/kubernetes.txt")).unwrap_or_default();
    table.removed = parse::removed(include_str!("../../../data/fields/removed.txt")).unwrap_or_default();
    table
});

/// The table, read at its first use.
pub fn table() -> &'static Fields {
    &TABLE
}
