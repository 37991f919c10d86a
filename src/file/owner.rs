//! Whose files and folders are.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};

use camino::{Utf8Path, Utf8PathBuf};

/// The variable that names folders which are used although they belong to others, as `safe.directory` of git does.
pub const SAFE: &str = "TIGHTSHIP_SAFE_DIRECTORY";

/// Why something is not used.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// It belongs to somebody else, who may have made it for the caller.
    #[error(
        "{path} belongs to another user (uid {owner}), who may have prepared it, and is not used: take another folder with --dir, or allow this one with {SAFE}={whole}"
    )]
    Owner {
        path: Utf8PathBuf,
        owner: u32,
        /// The folder that would have to be allowed.
        whole: Utf8PathBuf,
    },
    /// It is a link: what it leads to may be anybody's.
    #[error("{0} is a link, and is not followed: remove it, or name the folder that it leads to with --dir")]
    Link(Utf8PathBuf),
    /// It is not what it should be.
    #[error("{path} is not a {kind}: remove it, or take another folder with --dir")]
    Other {
        path: Utf8PathBuf,
        /// What it should be.
        kind: &'static str,
    },
    /// The system refused.
    #[error("{path}: {source}")]
    Io { path: Utf8PathBuf, source: io::Error },
}

/// Whether there is a folder that the caller may believe: no link, and their own. `whole` is what they would have to allow.
pub fn own_folder(path: &Utf8Path, whole: &Utf8Path) -> Result<bool, OwnerError> {
    look(path, whole, "folder", Metadata::is_dir)
}

/// The same of a file.
pub fn own_file(path: &Utf8Path, whole: &Utf8Path) -> Result<bool, OwnerError> {
    look(path, whole, "file", Metadata::is_file)
}

/// Whose a file is that lies around a folder, if neither the caller's nor of whom the folder is; through a link, both count.
pub fn stranger_of(path: &Utf8Path, folder: &Utf8Path) -> Option<u32> {
    let here = fs::metadata(folder).ok().and_then(|found| stranger(&found));
    let found = [fs::symlink_metadata(path), fs::metadata(path)].into_iter().filter_map(Result::ok);
    let owner = found.filter_map(|found| stranger(&found)).find(|owner| Some(*owner) != here)?;
    let whole = path.parent().unwrap_or(path);
    (!is_safe(whole)).then_some(owner)
}

fn look(
    path: &Utf8Path,
    whole: &Utf8Path,
    kind: &'static str,
    is_kind: impl Fn(&Metadata) -> bool,
) -> Result<bool, OwnerError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(false),
        Err(source) => return Err(OwnerError::Io { path: path.to_owned(), source }),
    };
    if found.is_symlink() {
        return Err(OwnerError::Link(path.to_owned()));
    }
    if !is_kind(&found) {
        return Err(OwnerError::Other { path: path.to_owned(), kind });
    }
    match stranger(&found) {
        Some(owner) if !is_safe(whole) => {
            Err(OwnerError::Owner { path: path.to_owned(), owner, whole: whole.to_owned() })
        }
        _ => Ok(true),
    }
}

/// The owner, if that is not the caller. Root through sudo is who called it, too.
#[cfg(unix)]
fn stranger(found: &Metadata) -> Option<u32> {
    let owner = std::os::unix::fs::MetadataExt::uid(found);
    let caller = nix::unistd::geteuid();
    let before = std::env::var("SUDO_UID").ok().filter(|_| caller.is_root()).and_then(|uid| uid.parse().ok());
    (owner != caller.as_raw() && Some(owner) != before).then_some(owner)
}

/// Where files have no owner that can be compared, all are the caller's.
#[cfg(not(unix))]
fn stranger(_: &Metadata) -> Option<u32> {
    None
}

/// Whether the caller has allowed a folder: by its path, by `*` for all, or by `/*` for all in one.
fn is_safe(folder: &Utf8Path) -> bool {
    let allowed = std::env::var_os(SAFE).unwrap_or_default();
    let real = |path: &Utf8Path| path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    let folder = real(folder);
    let mut allowed = std::env::split_paths(&allowed).filter_map(|path| Utf8PathBuf::from_path_buf(path).ok());
    allowed.any(|path| match (path.as_str(), path.as_str().strip_suffix("/*")) {
        ("*", _) => true,
        (_, Some(above)) => folder != real(above.into()) && folder.starts_with(real(above.into())),
        ("", None) => false,
        _ => folder == real(&path),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use camino::Utf8Path;

    use super::{OwnerError, own_file, own_folder};

    #[test]
    fn links_and_what_is_no_file_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(root.path()).unwrap();
        assert!(!own_folder(&root.join("none"), root).unwrap() && !own_file(&root.join("none/below"), root).unwrap());
        std::fs::write(root.join("file"), "text").unwrap();
        symlink(root, root.join("link")).unwrap();
        symlink("file", root.join("link-to-file")).unwrap();
        assert!(own_folder(root, root).unwrap() && own_file(&root.join("file"), root).unwrap());
        assert!(matches!(own_folder(&root.join("link"), root), Err(OwnerError::Link(_))));
        assert!(matches!(own_file(&root.join("link-to-file"), root), Err(OwnerError::Link(_))));
        assert!(matches!(own_file(root, root), Err(OwnerError::Other { kind: "file", .. })));
    }
}
