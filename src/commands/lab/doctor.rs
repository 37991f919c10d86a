//! `tightship lab doctor`.

use super::desk::Desk;
use crate::cli::lab::DoctorArgs;
use crate::commands::OK;

/// Looks whether this machine can run labs.
pub(super) fn run(_desk: &Desk, _args: &DoctorArgs) -> anyhow::Result<u8> {
    Ok(OK)
}
