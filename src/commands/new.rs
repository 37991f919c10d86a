//! (being written)
use crate::cli::NewArgs;
pub(super) fn run(_: &NewArgs) -> anyhow::Result<u8> {
    Ok(0)
}
