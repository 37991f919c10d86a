//! Files that a course names: each lies within a folder, the learner's or the course's, whatever links are in it.
//!
//! The linter asks whether a name is one; the engine asks again when it reads or writes, as links are there only then.

use std::fs;
use std::io::{self, ErrorKind, Write as _};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::file::{FileError, Root};

/// The most bytes that are read of a file: kubeconfigs, tokens and answers are small.
const MOST: u64 = 1 << 20;

/// Why a name is not that of a file in the folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Outside {
    #[error("the name of a file is empty")]
    Empty,
    #[error("`{0}` leads out of the folder: expected a name within it, without `/` in front and without `..`")]
    Leaves(String),
    #[error("`{0}` is hidden: git, editors and shells obey such files by themselves, so labs leave them alone")]
    Hidden(String),
    #[error("`{0}` is not a name of a file that every system has: it holds a control character, `\\` or `:`")]
    Odd(String),
    #[error("`{named}` leads out of the folder: {link} is a link to elsewhere; move it away")]
    Link { named: String, link: Utf8PathBuf },
    #[error("`{named}` cannot be looked at: {reason}")]
    Unknown { named: String, reason: String },
}

/// Why a file is not read, or not written.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Outside(#[from] Outside),
    #[error(transparent)]
    File(#[from] FileError),
}

impl ReadError {
    /// Whether there is no such file.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::File(error) if error.is_absent())
    }
}

/// The parts of a name, or why it is none.
pub fn parts(named: &str) -> Result<Vec<&str>, Outside> {
    if named.is_empty() {
        return Err(Outside::Empty);
    }
    if named.chars().any(|character| character.is_control() || character == '\\' || character == ':') {
        return Err(Outside::Odd(named.to_owned()));
    }
    let mut parts = Vec::new();
    for component in Utf8Path::new(named).components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::Normal(part) if part.starts_with('.') => return Err(Outside::Hidden(named.to_owned())),
            Utf8Component::Normal(part) => parts.push(part),
            Utf8Component::ParentDir | Utf8Component::RootDir | Utf8Component::Prefix(_) => {
                return Err(Outside::Leaves(named.to_owned()));
            }
        }
    }
    Ok(parts)
}

/// The path of a name in a folder. A link on the way is followed only if it stays within the folder; one that leads nowhere
/// does not, as writing through it makes what it names.
pub fn within(folder: &Utf8Path, named: &str) -> Result<Utf8PathBuf, Outside> {
    let parts = parts(named)?;
    let unknown = |error: &io::Error| Outside::Unknown { named: named.to_owned(), reason: error.to_string() };
    let root = match folder.canonicalize_utf8() {
        Ok(root) => root,
        // what is not there has no links
        Err(error) if error.kind() == ErrorKind::NotFound && !is_link(folder) => return Ok(joined(folder, &parts)),
        Err(error) => return Err(unknown(&error)),
    };
    let mut path = folder.to_owned();
    for part in &parts {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() && !stays(&root, &path) => {
                return Err(Outside::Link { named: named.to_owned(), link: path });
            }
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => break,
            Err(error) => return Err(unknown(&error)),
        }
    }
    Ok(joined(folder, &parts))
}

/// Reads a text of a folder: a regular file that is not large.
pub fn read(folder: &Utf8Path, named: &str) -> Result<String, ReadError> {
    let path = within(folder, named)?;
    let root = Root::new(folder).map_err(FileError::from)?;
    // once more, and from folder to folder: somebody may have put a link there meanwhile
    Ok(root.read_text(&path, MOST)?)
}

/// Writes a text into a folder: a new file, or in the place of a regular one. Nothing else is opened, as it may wait for ever.
pub fn write(folder: &Utf8Path, named: &str, text: &str) -> Result<(), ReadError> {
    let path = within(folder, named)?;
    let system = |error: io::Error| ReadError::File(error.into());
    if path.exists() {
        let root = Root::new(folder).map_err(system)?;
        return Ok(root.replace(&path, text.as_bytes())?);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(system)?;
    }
    let mut file = fs::File::options().write(true).create_new(true).open(&path).map_err(system)?;
    file.write_all(text.as_bytes()).map_err(system)
}

fn joined(folder: &Utf8Path, parts: &[&str]) -> Utf8PathBuf {
    parts.iter().fold(folder.to_owned(), |path, part| path.join(part))
}

fn is_link(path: &Utf8Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

/// Whether a link ends at something in the folder that is not hidden.
fn stays(root: &Utf8Path, link: &Utf8Path) -> bool {
    let Ok(real) = link.canonicalize_utf8() else { return false };
    let is_hidden = |component: Utf8Component<'_>| component.as_str().starts_with('.');
    real.strip_prefix(root).is_ok_and(|rest| !rest.components().any(is_hidden))
}

#[cfg(test)]
mod tests {
    use super::{Outside, parts};

    #[test]
    fn a_name_is_within_its_folder() {
        for (name, expected) in [("a.yaml", vec!["a.yaml"]), ("./a/b", vec!["a", "b"]), ("a..b", vec!["a..b"])] {
            assert_eq!(parts(name), Ok(expected), "{name}");
        }
        for name in ["/abs", "..", "../a", "a/../../b", "a/..", "//a"] {
            assert_eq!(parts(name), Err(Outside::Leaves(name.to_owned())), "{name}");
        }
        for name in [".git/config", "a/.envrc", "...", ".tightship.yaml"] {
            assert_eq!(parts(name), Err(Outside::Hidden(name.to_owned())), "{name}");
        }
        for name in ["a\nb", "c:a", "a\\b", "a\u{1b}[2J"] {
            assert_eq!(parts(name), Err(Outside::Odd(name.to_owned())), "{name:?}");
        }
        assert_eq!(parts(""), Err(Outside::Empty));
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_within_the_folder() {
        use std::fs;
        use std::os::unix::fs::symlink;

        use super::{read, within};

        let scratch = tempfile::tempdir().unwrap();
        let root = camino::Utf8Path::from_path(scratch.path()).unwrap();
        let folder = root.join("lab");
        fs::create_dir_all(folder.join("a/.git")).unwrap();
        fs::write(root.join("secret"), "x").unwrap();
        fs::write(folder.join("a/token"), "t").unwrap();
        for (link, target) in [
            ("out", "../secret"),
            ("dangling", "../new"),
            ("up", ".."),
            ("in", "a"),
            ("git", "a/.git"),
            ("loop", "loop"),
        ] {
            symlink(target, folder.join(link)).unwrap();
        }
        for name in ["out", "dangling", "up/secret", "up/new", "git/config", "loop"] {
            assert!(matches!(within(&folder, name), Err(Outside::Link { .. })), "{name}");
            assert!(read(&folder, name).is_err(), "{name}");
        }
        assert_eq!(within(&folder, "new/file"), Ok(folder.join("new/file")));
        assert_eq!(read(&folder, "in/token").unwrap(), "t");
        assert_eq!(within(&root.join("absent"), "a"), Ok(root.join("absent/a")));
        symlink("nowhere", root.join("gone")).unwrap();
        assert!(within(&root.join("gone"), "a").is_err());
        assert!(read(&folder, "a").is_err(), "a folder is no text");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_never_ends_is_not_read() {
        let folder = camino::Utf8Path::new("/dev");
        assert!(super::read(folder, "zero").unwrap_err().to_string().contains("a device"));
    }
}
