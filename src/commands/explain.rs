//! `tightship explain`.

use super::{OK, UNUSABLE, output};
use crate::cli::ExplainArgs;
use crate::explain;

/// Explains what was asked for.
pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<u8> {
    match explain::explain(&args.what, args.kubernetes.unwrap_or_default()) {
        Ok(text) => {
            output::print(&text)?;
            Ok(OK)
        }
        Err(unknown) => {
            output::error(&unknown.to_string())?;
            Ok(UNUSABLE)
        }
    }
}
