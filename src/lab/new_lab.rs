//! A lab to begin with, for authors: it lints and it proves as it is.

use std::fs;
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, DirEntry, include_dir};

use crate::lab::course::source::LAB;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/lab");
/// What stands for the id in the files.
const ID: &str = "id: ID\n";
/// The longest id.
const LENGTH: usize = 30;

/// Why no lab is written.
#[derive(Debug, thiserror::Error)]
pub enum NewLabError {
    /// It cannot be an id.
    #[error(
        "`{0}` cannot be the id of a lab: expected lower case letters, digits and `-`, a letter first, {LENGTH} at most"
    )]
    Id(String),
    /// There is one of that name.
    #[error("{0} is there already: choose another id, or move it away")]
    Exists(Utf8PathBuf),
    /// The system refused.
    #[error("{path}")]
    Io { path: Utf8PathBuf, source: io::Error },
}

fn at(path: &Utf8Path) -> impl FnOnce(io::Error) -> NewLabError + '_ {
    move |source| NewLabError::Io { path: path.to_owned(), source }
}

/// Writes a lab of this id into a course, behind those that are there; where it is.
pub fn write(course: &Utf8Path, id: &str) -> Result<Utf8PathBuf, NewLabError> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let begins = id.starts_with(|first: char| first.is_ascii_lowercase());
    if !is_plain || !begins || id.ends_with('-') || id.len() > LENGTH {
        return Err(NewLabError::Id(id.to_owned()));
    }
    fs::create_dir_all(course).map_err(at(course))?;
    let mut last = 0;
    for entry in course.read_dir_utf8().map_err(at(course))? {
        let entry = entry.map_err(at(course))?;
        let Some((number, own)) = entry.file_name().split_once('-') else { continue };
        let Ok(number) = number.parse::<u32>() else { continue };
        if own == id {
            return Err(NewLabError::Exists(entry.path().to_owned()));
        }
        if entry.path().join(LAB).is_file() {
            last = last.max(number);
        }
    }
    let folder = course.join(format!("{:02}-{id}", last + 1));
    copy(&FILES, &folder, id)?;
    Ok(folder)
}

fn copy(dir: &Dir<'_>, folder: &Utf8Path, id: &str) -> Result<(), NewLabError> {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => copy(dir, folder, id)?,
            DirEntry::File(file) => {
                let Some(path) = file.path().to_str().map(|path| folder.join(path)) else { continue };
                let text = file.contents_utf8().unwrap_or_default().replacen(ID, &format!("id: {id}\n"), 1);
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent).map_err(at(parent))?;
                }
                let write = || fs::File::create_new(&path)?.write_all(text.as_bytes());
                write().map_err(at(&path))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::write;
    use crate::lab::course::Course;
    use crate::lab::lint::offline;

    #[test]
    fn a_new_lab_lints_and_comes_last() {
        let scratch = tempfile::tempdir().expect("a folder");
        let course = Utf8Path::from_path(scratch.path()).expect("UTF-8").join("course");
        let names = ["first", "host-ports"].map(|id| write(&course, id).expect("written"));
        let names: Vec<&str> = names.iter().filter_map(|path| path.file_name()).collect();
        assert_eq!(names, ["01-first", "02-host-ports"]);
        let read = Course::open(&course).expect("read");
        for entry in &read.labs {
            assert_eq!(offline::check(entry).to_string(), "");
        }
        assert_eq!(read.labs.len(), 2);
        let again = write(&course, "first").expect_err("there is one").to_string();
        assert!(again.ends_with("01-first is there already: choose another id, or move it away"), "{again}");
    }

    #[test]
    fn an_id_is_a_plain_word() {
        let scratch = tempfile::tempdir().expect("a folder");
        let course = Utf8Path::from_path(scratch.path()).expect("UTF-8");
        for id in ["", "A", "../a", "1a", "a_b", "a-", "a/b", "-a", &"a".repeat(31)] {
            assert!(write(course, id).expect_err(id).to_string().contains("cannot be the id of a lab"));
        }
        assert_eq!(course.read_dir_utf8().expect("read").count(), 0);
    }
}
