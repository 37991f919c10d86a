//! Where the files of a course come from: the binary itself, or a folder.

use std::collections::BTreeMap;
use std::{fs, io};

use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, DirEntry, include_dir};

use super::faults::Faults;
use crate::lab::within;
use crate::yaml::Source;

static LABS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/labs");

/// The name of the file that makes a folder a lab.
pub const LAB: &str = "lab.yaml";
/// The most bytes of a file.
const FILE_SIZE: u64 = 256 * 1024;
/// The most files of a lab.
const FILE_COUNT: usize = 200;
/// The most folders within each other.
const DEPTH: usize = 4;

/// The files of a lab by their path in its folder, such as `start/page.yaml`.
pub type Files = BTreeMap<String, Source>;

/// A lab's folder as it is.
#[derive(Debug, Default)]
pub struct Folder {
    /// Its name, such as `01-the-hack`.
    pub name: String,
    /// How messages call it.
    pub path: Utf8PathBuf,
    /// Its files; those whose name begins with a dot are left out.
    pub files: Files,
    /// What could not be read.
    pub faults: Faults,
}

impl Folder {
    fn new(name: &str, path: Utf8PathBuf) -> Self {
        Self { name: name.to_owned(), path, ..Self::default() }
    }

    /// Takes a file, or says why not.
    fn add(&mut self, path: &str, bytes: Vec<u8>) {
        let shown = self.path.join(path);
        let refusal = if bytes.len() as u64 > FILE_SIZE {
            format!("this file is larger than {} KiB", FILE_SIZE / 1024)
        } else if self.files.len() >= FILE_COUNT {
            format!("this lab has more than {FILE_COUNT} files")
        } else {
            match String::from_utf8(bytes) {
                Ok(text) => {
                    self.files.insert(path.to_owned(), Source::new(shown, text));
                    return;
                }
                Err(_) => "this file is not UTF-8".to_owned(),
            }
        };
        self.refuse(shown.as_str(), refusal);
    }

    fn refuse(&mut self, shown: &str, message: String) {
        self.faults.append(Faults::of_path(shown, message));
    }
}

/// The labs that the binary holds.
pub fn embedded() -> Vec<Folder> {
    LABS.dirs()
        .filter_map(|dir| {
            let name = dir.path().to_str()?;
            let mut folder = Folder::new(name, Utf8Path::new("labs").join(name));
            add_embedded(dir, name, &mut folder);
            folder.files.contains_key(LAB).then_some(folder)
        })
        .collect()
}

fn add_embedded(dir: &Dir<'_>, root: &str, folder: &mut Folder) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => add_embedded(dir, root, folder),
            DirEntry::File(file) => {
                let path = file.path().strip_prefix(root).ok().and_then(|path| path.to_str());
                if let Some(path) = path.filter(|path| !is_hidden(path.rsplit('/').next().unwrap_or_default())) {
                    folder.add(path, file.contents().to_vec());
                }
            }
        }
    }
}

/// The labs of a course's folder: every folder in it with a `lab.yaml`.
pub fn open(course: &Utf8Path) -> io::Result<Vec<Folder>> {
    let mut folders = Vec::new();
    for (name, path) in members(course)? {
        // a link to a folder elsewhere would make its files known to the cluster
        if path.is_dir()
            && path.join(LAB).exists()
            && let Err(error) = within::within(course, &name)
        {
            let mut folder = Folder::new(&name, path.clone());
            folder.refuse(path.as_str(), error.to_string());
            folders.push(folder);
        } else if path.is_dir() && path.join(LAB).exists() {
            let mut folder = Folder::new(&name, path.clone());
            add_folder(&path, "", 0, &mut folder)?;
            folders.push(folder);
        }
    }
    Ok(folders)
}

fn add_folder(dir: &Utf8Path, prefix: &str, depth: usize, folder: &mut Folder) -> io::Result<()> {
    for (name, path) in members(dir)? {
        let kind = fs::symlink_metadata(&path)?;
        let inner = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if kind.is_dir() && depth < DEPTH {
            add_folder(&path, &inner, depth + 1, folder)?;
        } else if kind.is_dir() {
            folder.refuse(path.as_str(), format!("this folder is more than {DEPTH} folders below the lab"));
        } else if kind.is_symlink() {
            folder.refuse(path.as_str(), "this is a link: a lab holds the files themselves".to_owned());
        } else if !kind.is_file() {
            folder.refuse(path.as_str(), "this is not a file".to_owned());
        } else if kind.len() > FILE_SIZE {
            folder.refuse(path.as_str(), format!("this file is larger than {} KiB", FILE_SIZE / 1024));
        } else {
            folder.add(&inner, fs::read(&path)?);
        }
    }
    Ok(())
}

/// What is in a folder, by name, but what is hidden.
fn members(dir: &Utf8Path) -> io::Result<Vec<(String, Utf8PathBuf)>> {
    let mut members = Vec::new();
    for entry in dir.read_dir_utf8()? {
        let entry = entry?;
        if !is_hidden(entry.file_name()) {
            members.push((entry.file_name().to_owned(), entry.path().to_owned()));
        }
    }
    members.sort();
    Ok(members)
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::{FILE_SIZE, open};

    #[test]
    fn takes_text_files_and_says_what_it_leaves_out() {
        let scratch = tempfile::tempdir().expect("a folder");
        let course = Utf8PathBuf::from_path_buf(scratch.path().to_owned()).expect("UTF-8");
        let lab = course.join("01-a");
        std::fs::create_dir_all(lab.join("start")).expect("written");
        std::fs::create_dir_all(course.join("notes")).expect("written");
        for (path, bytes) in [
            ("lab.yaml", b"id: a".to_vec()),
            ("start/b.yaml", b"{}".to_vec()),
            ("start/.hidden", b"{}".to_vec()),
            ("latin.md", vec![0xE9]),
            ("large.md", vec![b'a'; usize::try_from(FILE_SIZE).expect("small") + 1]),
        ] {
            std::fs::write(lab.join(path), bytes).expect("written");
        }
        std::fs::write(course.join("secret"), "x").expect("written");
        std::os::unix::fs::symlink(course.join("secret"), lab.join("start/link.yaml")).expect("written");

        let folders = open(&course).expect("read");
        let [folder] = folders.as_slice() else { panic!("{folders:?}") };
        assert_eq!(folder.name, "01-a");
        assert_eq!(folder.files.keys().collect::<Vec<_>>(), ["lab.yaml", "start/b.yaml"]);
        let faults = folder.faults.to_string().replace(course.as_str(), "");
        assert_eq!(
            faults.lines().collect::<Vec<_>>(),
            [
                "/01-a/large.md:1:1: this file is larger than 256 KiB",
                "/01-a/latin.md:1:1: this file is not UTF-8",
                "/01-a/start/link.yaml:1:1: this is a link: a lab holds the files themselves",
            ]
        );
    }
}
