//! Every flag, admission plugin, feature gate and configuration API of kube-apiserver, per release, and the settings of
//! the other components that matter for security (`data/apiserver/README.md`).

mod parse;
mod table;
#[cfg(test)]
mod tests;
mod types;

use std::sync::LazyLock;

use crate::k8s::table::checked;
pub use table::flag_name;
pub use types::{Catalogue, Component, ConfigApi, Flag, FlagType, Gate, Lookup, Plugin, Reader, Stage};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| checked(parse::read()));

/// The catalogue, read at its first use.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}
