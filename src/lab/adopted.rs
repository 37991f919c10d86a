//! The contexts that the user has named for labs. They are remembered where the user's data is, not in the working folder: what
//! such a context does to log in, no folder that came from somewhere may ask for.

use std::fs;
use std::io::{self, ErrorKind, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::hex::hex;
use super::state::{StateError, Workspace};
use crate::client::kubeconfig::UserContext;
use crate::cluster;
use crate::file;

/// The largest file that is read.
const MOST: u64 = 4 << 20;

/// What is remembered of a working folder.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Adopted {
    /// The working folder, by its real path.
    folder: Utf8PathBuf,
    /// The name of the context.
    context: String,
    /// How it gets into its cluster.
    login: UserContext,
}

/// Remembers that the labs of a working folder run on this context.
pub fn keep(workspace: &Workspace, context: &str, login: &UserContext) -> Result<(), StateError> {
    let (path, folder) = path(workspace)?;
    let adopted = Adopted { folder, context: context.to_owned(), login: login.clone() };
    let text = serde_json::to_string_pretty(&adopted).map_err(|error| broken(&path, &error))?;
    write(&path, &text).map_err(super::state::at(&path))
}

/// The context that was named for the labs of a working folder; none if it was another one, or in another folder.
pub fn find(workspace: &Workspace, context: &str) -> Result<Option<UserContext>, StateError> {
    let (path, folder) = path(workspace)?;
    let above = path.parent().unwrap_or(&path);
    if !file::own_folder(above, above)? || !file::own_file(&path, above)? {
        return Ok(None);
    }
    let text = file::read_text(&path, MOST).map_err(|error| super::state::at(&path)(error.into()))?;
    let adopted: Adopted = serde_json::from_str(&text).map_err(|error| broken(&path, &error))?;
    Ok(Some(adopted).filter(|adopted| adopted.folder == folder && adopted.context == context).map(|it| it.login))
}

/// Forgets what was named for the labs of a working folder.
pub fn forget(workspace: &Workspace) -> Result<(), StateError> {
    let (path, _) = path(workspace)?;
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(super::state::at(&path)(error)),
        _ => Ok(()),
    }
}

/// The file of a working folder, and the real path of that folder.
fn path(workspace: &Workspace) -> Result<(Utf8PathBuf, Utf8PathBuf), StateError> {
    let dir = workspace.dir();
    let folder = dir.canonicalize_utf8().map_err(super::state::at(dir))?;
    let data = cluster::data().map_err(|error| StateError::NoHome(error.to_string()))?;
    let digest = Sha256::digest(folder.as_str());
    let name = hex(digest.get(..16).unwrap_or_default());
    Ok((data.join("labs").join(format!("{name}.json")), folder))
}

/// Writes a file that nobody else may read: all of it, or nothing.
fn write(path: &Utf8Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn broken(path: &Utf8Path, error: &serde_json::Error) -> StateError {
    // what the parser says may be a secret of the file
    let reason = format!("line {}, column {}", error.line(), error.column());
    StateError::Broken { path: path.to_owned(), reason }
}
