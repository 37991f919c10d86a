//! The repository that a folder lies in. What is in its `.git` is data: nothing of it names a program here.

use camino::{Utf8Path, Utf8PathBuf};

use super::ignores::Ignores;
use super::index::{self, Names};
use crate::file::{self, FileError, LIMIT};

/// The most that is read of a file that says where a repository is.
const POINTER: u64 = 64 * 1024;

/// A repository.
#[derive(Debug)]
pub(super) struct Repository {
    /// Its folder, without links.
    pub(super) root: Utf8PathBuf,
    /// What git tracks; `None` if that cannot be read.
    pub(super) tracked: Option<Names>,
    /// What is ignored in all of it.
    pub(super) ignores: Ignores,
}

impl Repository {
    /// The nearest one, from a folder upwards. The path is without links.
    pub(super) fn around(folder: &Utf8Path) -> Option<Self> {
        let (root, git) = folder.ancestors().find_map(|root| {
            let git = git_of(root)?;
            is_trusted(&git, folder).then_some((root, git))
        })?;
        let common = pointed(&git, &git.join("commondir"), "").unwrap_or_else(|| git.clone());
        let ignores = Ignores::default().with(&common.join("info/exclude"), Utf8Path::new(""));
        Some(Self { root: root.to_owned(), tracked: tracked(&git), ignores })
    }
}

/// The folder of git's data for a folder that is a repository.
pub(super) fn git_of(folder: &Utf8Path) -> Option<Utf8PathBuf> {
    let git = folder.join(".git");
    let metadata = std::fs::metadata(&git).ok()?;
    let git = if metadata.is_dir() { git } else { pointed(folder, &git, "gitdir:")? };
    is_git(&git).then_some(git)
}

/// Whether a folder is one of git's data, and with that a bare repository.
pub(super) fn is_git(folder: &Utf8Path) -> bool {
    let has_store = || folder.join("objects").is_dir() && folder.join("refs").is_dir();
    folder.join("HEAD").symlink_metadata().is_ok() && (folder.join("commondir").is_file() || has_store())
}

/// What a file of git points to, as worktrees and submodules have them.
fn pointed(folder: &Utf8Path, file: &Utf8Path, word: &str) -> Option<Utf8PathBuf> {
    let text = file::read_text(file, POINTER).ok()?;
    Some(folder.join(text.strip_prefix(word)?.trim()))
}

/// Whether a repository may say what is ignored in a folder: not one that somebody else made above it.
#[cfg(unix)]
fn is_trusted(git: &Utf8Path, folder: &Utf8Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let owner = |path: &Utf8Path| std::fs::metadata(path).map(|metadata| metadata.uid()).ok();
    let git = owner(git);
    git.is_some() && (git == owner(folder) || git == Some(nix::unistd::geteuid().as_raw()))
}

#[cfg(not(unix))]
fn is_trusted(_: &Utf8Path, _: &Utf8Path) -> bool {
    true
}

fn tracked(git: &Utf8Path) -> Option<Names> {
    let index = match file::read_regular(&git.join("index"), LIMIT) {
        Ok(index) => index,
        // nothing was added yet
        Err(error) => return error.is_absent().then(Names::default),
    };
    let mut names = index::names(&index)?;
    if let Some(shared) = names.shared.take() {
        names.append(shared_names(&git.join(shared)).ok().flatten()?);
    }
    Some(names)
}

fn shared_names(file: &Utf8Path) -> Result<Option<Names>, FileError> {
    Ok(index::names(&file::read_regular(file, LIMIT)?))
}
