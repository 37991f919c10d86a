//! `tightship explain`.

use super::{OK, UNUSABLE, output, schema};
use crate::apiserver;
use crate::cli::ExplainArgs;
use crate::explain::{self, key::Document};

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
    let spec = schema::spec();
    let of = |name, file, definition| Document { name, file, schema: &spec, definition };
    let documents = [
        of("App", "tightship.yaml", "App"),
        of("Space", "tightship.yaml", "Space"),
        of("ApiServer", "tightship.yaml", "ApiServer"),
        of("Check", ".tightship.yaml", "Config"),
    ];
    #[cfg(feature = "cluster")]
    let lab = schema::lab();
    #[cfg(feature = "cluster")]
    let documents =
        [documents.as_slice(), &[Document { name: "Lab", file: "lab.yaml", schema: &lab, definition: "Lab" }]].concat();
    explain::explain(&args.what, release, &documents)
        .or_else(|unknown| control_plane().map_err(|_| unknown.to_string()))
}
