//! `tightship schema`.

use super::{OK, output};
use crate::spec::schema;

/// Prints the schema.
pub(super) fn run() -> anyhow::Result<u8> {
    output::print(&format!("{}\n", serde_json::to_string_pretty(&schema::schema())?))?;
    Ok(OK)
}
