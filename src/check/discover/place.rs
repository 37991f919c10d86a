//! Where a file is: one that the user named, or one that was found in a folder.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::file::{self, FileError, LIMIT, Root};

/// A file to check.
#[derive(Debug, Clone)]
pub struct Place {
    /// As the user sees it.
    path: Utf8PathBuf,
    /// Where it is, if it was found; one that the user named may be anything.
    found: Vec<Spot>,
}

/// A regular file in a folder that nothing leads out of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) root: Arc<Root>,
    /// Without links.
    pub(super) inside: Utf8PathBuf,
}

impl Spot {
    pub(super) fn full(&self) -> Utf8PathBuf {
        self.root.path().join(&self.inside)
    }
}

impl Place {
    /// A file that the user named.
    pub fn named(path: Utf8PathBuf) -> Self {
        Self { path, found: Vec::new() }
    }

    /// A file of a folder, with the other names of the same file.
    pub(super) fn found(path: Utf8PathBuf, spots: Vec<Spot>) -> Self {
        Self { path, found: spots }
    }

    /// Its path, as the user sees it.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The text.
    pub fn read(&self) -> Result<String, FileError> {
        match self.found.first() {
            Some(spot) => file::text(file::read_unlinked(&spot.full(), LIMIT)?),
            None => file::read_named(&self.path),
        }
    }

    /// Puts a text in the place of one that was found, under each of its names, and nowhere else. Gives false, and does
    /// nothing, for a file that the user named.
    pub fn replace(&self, bytes: &[u8]) -> Result<bool, FileError> {
        for spot in &self.found {
            spot.root.replace_at(&spot.inside, bytes)?;
        }
        Ok(!self.found.is_empty())
    }
}
