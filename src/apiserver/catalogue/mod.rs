//! Every flag, admission plugin, feature gate and configuration API of kube-apiserver, per release, and the settings of
//! the other components that matter for security (`data/apiserver/README.md`).

mod parse;
mod table;
#[cfg(test)]
mod tests;
mod types;

use std::sync::LazyLock;

pub use table::{Catalogue, flag_name};
pub use types::{Component, ConfigApi, Flag, FlagType, Gate, Lookup, Plugin, Reader, Stage};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| parse::catalogue().unwrap_or_default());

/// The catalogue, read at its first use.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}
