//! Numbered files: `kubectl apply -R -f` takes them in the order of their names.

use camino::Utf8PathBuf;

use super::header;
use crate::render::plan::{Manifest, Owner, PlannedFile};

/// The files of an app or space in a folder.
pub fn files(folder: &str, manifests: &[Manifest], spec: &str) -> Vec<PlannedFile> {
    manifests
        .iter()
        .map(|manifest| PlannedFile {
            path: Utf8PathBuf::from(format!("{folder}/{:02}-{}.yaml", manifest.order, manifest.name)),
            text: format!("{}{}", header(spec), manifest.text),
            owner: Owner::Tool,
        })
        .collect()
}
