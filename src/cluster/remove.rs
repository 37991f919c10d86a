//! Removing the folder of a cluster. What was written into it goes; what somebody else has put there stays.

use std::collections::BTreeSet;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::cluster_dir::{KUBECONFIG, MARK, PATCHES, RECORD};
use super::{ClusterDir, ClusterError, Record, SPEC, specs};
use crate::file;
use crate::generate::{self, Options};
use crate::render::{lock, plan};

/// The files of every cluster; the record comes last, as it says whose the folder is.
const FILES: [&str; 6] = ["kubeconfig.lock", KUBECONFIG, "kind.yaml", SPEC, lock::NAME, RECORD];
/// The largest file that is compared with what was written.
const MOST: u64 = 1 << 20;

/// Removes the folder of a cluster that this run has made, with all that is in it; says whether there was one.
pub(super) fn all(home: &ClusterDir) -> Result<bool, ClusterError> {
    if home.record()?.is_none() {
        return Ok(false);
    }
    fs::remove_dir_all(home.folder()).map_err(ClusterError::at(home.folder()))?;
    Ok(true)
}

/// Removes what was written into the folder of a cluster, and the folder unless something else is in it. Gives what stays; none
/// if there is no folder of a cluster.
pub(super) fn written(home: &ClusterDir) -> Result<Option<Vec<Utf8PathBuf>>, ClusterError> {
    let Some(record) = home.record()? else { return Ok(None) };
    let folder = home.folder();
    let mut paths: BTreeSet<Utf8PathBuf> = PATCHES.iter().map(|patch| patches().join(patch)).collect();
    paths.extend(planned(&record));
    paths.extend(locked(folder));
    for path in paths.iter().map(Utf8PathBuf::as_path).chain(FILES.map(Utf8Path::new)) {
        remove_file(folder, path)?;
    }
    let mut folders: BTreeSet<&Utf8Path> = paths.iter().flat_map(|path| path.ancestors().skip(1)).collect();
    let (mark, patches) = (Utf8PathBuf::from(MARK), patches());
    folders.extend([mark.as_path(), patches.as_path()]);
    folders.remove(Utf8Path::new(""));
    // those within others first; what is not empty stays
    for path in folders.iter().rev() {
        if is_folder(folder, path) {
            let _ = fs::remove_dir(folder.join(path));
        }
    }
    Ok(Some(left(folder)?))
}

fn patches() -> Utf8PathBuf {
    Utf8Path::new(MARK).join("patches")
}

/// The files that a hardened cluster is rendered to.
fn planned(record: &Record) -> Vec<Utf8PathBuf> {
    let options = Options { spec: SPEC, layout: None, comments: None, environment: None };
    let plan =
        specs(record).ok().filter(|_| record.hardened).and_then(|(_, specs)| generate::plan(&specs, options).ok());
    plan.map(|plan| plan.files.into_iter().map(|file| file.path).collect()).unwrap_or_default()
}

/// The files that another version has rendered, as they were written.
fn locked(folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Ok(text) = file::read_text(&folder.join(lock::NAME), MOST) else { return Vec::new() };
    let known = lock::Lock::parse(&text).map(|lock| lock.files).unwrap_or_default().into_iter();
    let is_written = |path: &Utf8Path, hash: &str| {
        plan::can_hold(path)
            && file::read_unlinked(&folder.join(path), MOST).is_ok_and(|content| lock::hash(&content) == hash)
    };
    known.filter(|(path, written)| is_written(path, &written.hash)).map(|(path, _)| path).collect()
}

/// Removes a regular file that no link leads to.
fn remove_file(folder: &Utf8Path, path: &Utf8Path) -> Result<(), ClusterError> {
    let full = folder.join(path);
    let is_file = fs::symlink_metadata(&full).is_ok_and(|found| found.is_file());
    if is_file && is_folder(folder, path.parent().unwrap_or(Utf8Path::new(""))) {
        fs::remove_file(&full).map_err(ClusterError::at(&full))?;
    }
    Ok(())
}

/// Whether a path leads to a folder without a link.
fn is_folder(folder: &Utf8Path, path: &Utf8Path) -> bool {
    path.ancestors().all(|part| fs::symlink_metadata(folder.join(part)).is_ok_and(|found| found.is_dir()))
}

/// What is in the folder; without anything it is removed.
fn left(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, ClusterError> {
    let mut left = Vec::new();
    for entry in folder.read_dir_utf8().map_err(ClusterError::at(folder))? {
        left.push(entry.map_err(ClusterError::at(folder))?.into_path());
    }
    left.sort();
    if left.is_empty() {
        fs::remove_dir(folder).map_err(ClusterError::at(folder))?;
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use camino::Utf8PathBuf;

    use super::{all, written};
    use crate::cluster::{ClusterDir, ClusterError, Record};

    fn home() -> (tempfile::TempDir, ClusterDir) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, ClusterDir::new(&root, "a").unwrap())
    }

    fn record() -> Record {
        let (kubernetes, image) = ("1.34.4".to_owned(), "node".to_owned());
        Record { format: Record::FORMAT, name: "a".to_owned(), kubernetes, image, hardened: false, nodes: 1 }
    }

    #[test]
    fn without_anything_else_the_folder_goes() {
        for hardened in [false, true] {
            let (_root, home) = home();
            home.make(&Record { hardened, ..record() }).unwrap();
            fs::write(home.folder().join("kubeconfig"), "x").unwrap();
            assert_eq!(written(&home).unwrap(), Some(Vec::new()));
            assert!(!home.folder().exists());
        }
    }

    #[test]
    fn only_what_was_written_is_removed() {
        let (_root, home) = home();
        assert_eq!(written(&home).unwrap(), None);
        home.make(&record()).unwrap();
        fs::create_dir_all(home.folder().join("mark/patches")).unwrap();
        for file in ["kind.yaml", "kubeconfig", "mark/patches/etcd+strategic.yaml", "notes", "mark/own"] {
            fs::write(home.folder().join(file), "x").unwrap();
        }
        let left = written(&home).unwrap().unwrap();
        assert_eq!(left, [home.folder().join("mark"), home.folder().join("notes")]);
        assert!(home.folder().join("mark/own").exists() && !home.folder().join("mark/patches").exists());
        assert!(!home.folder().join("kubeconfig").exists() && !home.folder().join("cluster.json").exists());
        // it is no folder of a cluster any more
        assert_eq!(written(&home).unwrap(), None);
        assert!(!all(&home).unwrap() && home.folder().join("notes").exists());
    }

    #[test]
    fn links_are_left_where_they_are() {
        let (root, home) = home();
        home.make(&record()).unwrap();
        let elsewhere = root.path().join("elsewhere");
        fs::create_dir_all(elsewhere.join("patches")).unwrap();
        fs::write(elsewhere.join("patches/etcd+strategic.yaml"), "x").unwrap();
        symlink(&elsewhere, home.folder().join("mark")).unwrap();
        symlink(elsewhere.join("patches/etcd+strategic.yaml"), home.folder().join("kind.yaml")).unwrap();
        assert_eq!(written(&home).unwrap().unwrap().len(), 2);
        assert!(elsewhere.join("patches/etcd+strategic.yaml").exists());
    }

    #[test]
    fn a_record_of_something_else_is_none() {
        for text in ["{\"my\": \"project\"}", "{", "[]", "{\"format\": 1, \"name\": \"b\"}"] {
            let (_root, home) = home();
            fs::create_dir(home.folder()).unwrap();
            fs::write(home.folder().join("cluster.json"), text).unwrap();
            assert!(matches!(written(&home), Err(ClusterError::Record { .. })), "{text}");
            assert!(matches!(all(&home), Err(ClusterError::Record { .. })) && home.folder().exists(), "{text}");
        }
    }
}
