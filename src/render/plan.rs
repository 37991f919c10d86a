//! What is to be written, before it is written.

use camino::Utf8PathBuf;

/// A rendered file of an app or space, not yet arranged.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Lower ones are applied first; becomes the number in file names of the plain layout.
    pub order: u8,
    /// What it holds; becomes the file's name. From a fixed list, never from input.
    pub name: &'static str,
    /// One or more YAML documents.
    pub text: String,
}

/// Who a file belongs to once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// tightship writes it anew each time.
    Tool,
    /// The user: tightship writes it once.
    User,
    /// Nobody else: it holds a key, which is made when the file is, kept from then on, and shown nowhere. Until then
    /// [`PLACEHOLDER`](super::key_file::PLACEHOLDER) stands for it.
    Key,
}

/// A file to be written.
#[derive(Debug, Clone)]
pub struct PlannedFile {
    /// Where, relative to the output folder.
    pub path: Utf8PathBuf,
    /// Its whole content.
    pub text: String,
    /// Who it belongs to.
    pub owner: Owner,
}

/// All files of a run, by path.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The files, sorted by path.
    pub files: Vec<PlannedFile>,
    /// The manifests as one stream, in the order in which they are best applied.
    pub stream: String,
}
