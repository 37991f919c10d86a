//! `tightship explain`.

use super::schema::Schemas;
use super::{OK, UNUSABLE, output};
use crate::apiserver;
use crate::cli::ExplainArgs;
use crate::explain;

/// Explains what was asked for.
pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<u8> {
    match page(args) {
        Ok(text) => {
            output::show(&text)?;
            Ok(OK)
        }
        Err(unknown) => {
            output::error(&unknown)?;
            Ok(UNUSABLE)
        }
    }
}

/// The page about it, or that there is none.
fn page(args: &ExplainArgs) -> Result<String, String> {
    let release = args.kubernetes.unwrap_or_default();
    let control_plane = || apiserver::explain::explain(&args.what, release, None);
    if args.what.starts_with('-') {
        return control_plane().map_err(|unknown| unknown.to_string());
    }
    let schemas = Schemas::new();
    explain::explain(&args.what, release, &schemas.documents())
        .or_else(|unknown| control_plane().map_err(|_| unknown.to_string()))
}
