//! Where a file is: one that the user named, or one that was found in a folder.

use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::repository::git_of;
use crate::file::{self, FileError, LIMIT, Root};

/// Where a file that the user named is written: where its links lead, but not out of the repository, or of the working folder
/// where there is none. What lies outside by its name alone may not lead out of its own folder.
pub fn target(path: &Utf8Path) -> Result<Utf8PathBuf, FileError> {
    let real = match path.canonicalize_utf8() {
        Ok(real) => real,
        // a link to nothing is replaced itself
        Err(_) => folder_of(path).canonicalize_utf8()?.join(path.file_name().unwrap_or_default()),
    };
    let here = Utf8Path::new(".").canonicalize_utf8()?;
    let inside = repository(&here);
    let as_named = as_written(&here.join(path));
    let root = if as_named.starts_with(inside) { inside.to_owned() } else { root_of(&as_named)? };
    if real.starts_with(&root) { Ok(real) } else { Err(FileError::Outside(root)) }
}

/// A path without `.` and `..`, as it is written.
pub fn as_written(path: &Utf8Path) -> Utf8PathBuf {
    path.components().fold(Utf8PathBuf::new(), |mut path, step| {
        match step {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => drop(path.pop()),
            step => path.push(step),
        }
        path
    })
}

/// The folder that holds a file.
pub(super) fn folder_of(path: &Utf8Path) -> &Utf8Path {
    path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."))
}

/// The repository of the folder that a file is in, or else that folder.
fn root_of(path: &Utf8Path) -> std::io::Result<Utf8PathBuf> {
    let folder = folder_of(path).canonicalize_utf8()?;
    Ok(repository(&folder).to_owned())
}

fn repository(folder: &Utf8Path) -> &Utf8Path {
    folder.ancestors().find(|folder| git_of(folder).is_some()).unwrap_or(folder)
}

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
    pub fn read(&self) -> Result<Arc<str>, FileError> {
        match self.found.first() {
            Some(spot) => file::read_found(&spot.full(), LIMIT),
            None => file::read_named(&self.path).map(Arc::from),
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
