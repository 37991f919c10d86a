//! Numbered files: `kubectl apply -R -f` takes them in the order of their names.

use camino::Utf8PathBuf;

use super::header;
use crate::render::plan::{Owner, Piece, PlannedFile};

/// The files of an app or space in a folder.
pub(crate) fn files(folder: &str, pieces: &[Piece], spec: &str) -> Vec<PlannedFile> {
    pieces
        .iter()
        .map(|piece| PlannedFile {
            path: Utf8PathBuf::from(format!("{folder}/{:02}-{}.yaml", piece.order, piece.name)),
            text: format!("{}{}", header(spec), piece.text),
            owner: Owner::Tool,
        })
        .collect()
}
