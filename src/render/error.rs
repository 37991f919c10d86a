//! Why files cannot be written.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::lock::LockError;

/// Why a plan cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system refused.
    #[error("{path}")]
    Io {
        /// Where.
        path: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A link leads out of the folder.
    #[error("{0}: is a symbolic link, or lies behind one that leads out of the folder; nothing was written")]
    Link(Utf8PathBuf),
    /// Something else has the name of a file.
    #[error("{0}: is not a file; nothing was written")]
    NotAFile(Utf8PathBuf),
    /// Something else has the name of a folder.
    #[error("{0}: is not a folder; nothing was written")]
    NotAFolder(Utf8PathBuf),
    /// The folder belongs to another spec.
    #[error(
        "{0} holds what `{1}` was rendered to, not `{2}`: give another folder with --out, or take it over with --force"
    )]
    OtherSpec(Utf8PathBuf, String, String),
    /// The lock file cannot be read.
    #[error("{0}:{1}; delete it to let tightship look at every file anew")]
    Lock(Utf8PathBuf, LockError),
    /// The user stopped it.
    #[error("interrupted; nothing was written")]
    Interrupted,
}

pub(super) fn failed(path: &Utf8Path) -> impl FnOnce(io::Error) -> WriteError + use<> {
    let path = path.to_owned();
    move |source| WriteError::Io { path, source }
}
