//! Why a file is not read, or not written.

use std::fs::FileType;
use std::io;

use camino::Utf8PathBuf;

/// A file that is not read, or not written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not there, or the system refuses.
    #[error("{0}")]
    System(#[from] io::Error),
    /// It is something that may wait, or never end.
    #[error("it is {0}, and only regular files are read")]
    Kind(&'static str),
    /// It is larger than what is read of such files.
    #[error("it is larger than {}", size(*.0))]
    Large(u64),
    /// A link leads elsewhere.
    #[error("it leads out of {0}")]
    Outside(Utf8PathBuf),
    /// It is no text.
    #[error("line {0} is not UTF-8 text")]
    Text(usize),
}

impl FileError {
    /// Whether the file is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// What is no regular file.
    pub(super) fn kind(kind: FileType) -> Self {
        Self::Kind(name(kind))
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        match error {
            FileError::System(error) => error,
            other => Self::other(other.to_string()),
        }
    }
}

/// `64 MiB`, or the bytes where they are no whole MiB.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes > 0 && bytes.is_multiple_of(MIB) { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}

#[cfg(unix)]
fn name(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match () {
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a FIFO",
        () if kind.is_socket() => "a socket",
        () if kind.is_symlink() => "a link",
        () => "a device",
    }
}

#[cfg(not(unix))]
fn name(kind: FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "no file" }
}
