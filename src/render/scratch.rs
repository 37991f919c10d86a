//! Where files are written before they are renamed into their places: a folder that git does not see, from before the first byte
//! on, so that nothing in it can be committed even if the program is killed. The next run takes away what is left there.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::error::{WriteError, failed};

/// The folder of what tightship keeps for itself, and the one in it for files that are being written.
const FOLDERS: [&str; 2] = [".tightship", "render"];
/// How the files in it end.
pub(super) const SUFFIX: &str = ".tmp";
/// What keeps the folder out of a repository, itself included.
const IGNORE: (&str, &str) = (".gitignore", "*\n");
/// What one run holds while it writes.
const LOCK: &str = "lock";
/// How long a run waits for another one.
const PATIENCE: Duration = Duration::from_secs(20);

/// Folders for files that are being written. A file can be renamed only within its file system, so that there may be several.
pub(super) struct Scratches {
    root: Utf8PathBuf,
    folders: Vec<(u64, Scratch)>,
}

impl Scratches {
    pub(super) fn new(root: &Utf8Path) -> Self {
        Self { root: root.to_owned(), folders: Vec::new() }
    }

    /// The folder for a file of this one, which is there.
    pub(super) fn of(&mut self, folder: &Utf8Path) -> Result<&Utf8Path, WriteError> {
        let device = device(folder);
        if let Some(known) = self.folders.iter().position(|(other, _)| *other == device) {
            return Ok(self.folders.get(known).map_or(&self.root, |(_, scratch)| &scratch.folder));
        }
        let beside = if device == self::device(&self.root) { &self.root } else { folder };
        self.folders.push((device, Scratch::open(beside)?));
        Ok(self.folders.last().map_or(&self.root, |(_, scratch)| &scratch.folder))
    }
}

/// A folder for files that are being written. It is gone when dropped, with what is left in it.
struct Scratch {
    folder: Utf8PathBuf,
    /// Held by one run at a time.
    _lock: File,
}

/// Takes away what a run left that was killed.
pub(super) fn sweep(root: &Utf8Path) -> Result<(), WriteError> {
    let folder = FOLDERS.iter().fold(root.to_owned(), |folder, name| folder.join(name));
    if fs::symlink_metadata(&folder).is_ok_and(|data| data.is_dir()) {
        Scratch::open(root)?;
    }
    Ok(())
}

impl Scratch {
    /// Makes the folder, or waits until another run is done with it.
    fn open(beside: &Utf8Path) -> Result<Self, WriteError> {
        let end = Instant::now() + PATIENCE;
        loop {
            match Self::attempt(beside) {
                Ok(Some(scratch)) => return Ok(scratch),
                // the other run has taken it away meanwhile
                Ok(None) => {}
                Err(WriteError::Io { source, .. })
                    if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::WouldBlock)
                        && Instant::now() < end
                        && beside.is_dir() => {}
                Err(error) => return Err(error),
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn attempt(beside: &Utf8Path) -> Result<Option<Self>, WriteError> {
        let mut folder = beside.to_owned();
        for name in FOLDERS {
            folder.push(name);
            make(&folder)?;
        }
        let path = folder.join(LOCK);
        refuse_odd(&path)?;
        ignore(&folder)?;
        let mut options = File::options();
        let lock = options.create(true).truncate(false).write(true).open(&path).map_err(failed(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let busy = io::Error::new(ErrorKind::WouldBlock, "another `tightship` writes into this folder");
                return Err(failed(&path)(busy));
            }
            // a file system without locks
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(failed(&path)(error)),
        }
        if !is_at(&lock, &path) {
            return Ok(None);
        }
        let scratch = Self { folder, _lock: lock };
        ignore(&scratch.folder)?;
        scratch.clear();
        Ok(Some(scratch))
    }

    /// Takes away the files that were being written.
    fn clear(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let is_ours = entry.file_name().to_str().is_some_and(|name| name.ends_with(SUFFIX));
            if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clear();
        // last the folders, which stay if anything else is in them
        for name in [IGNORE.0, LOCK] {
            let _ = fs::remove_file(self.folder.join(name));
        }
        let _ = fs::remove_dir(&self.folder);
        let _ = self.folder.parent().map(fs::remove_dir);
    }
}

/// A folder, made if it is not there; never a link to one.
fn make(folder: &Utf8Path) -> Result<(), WriteError> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(folder)(error)),
        _ => {}
    }
    let data = fs::symlink_metadata(folder).map_err(failed(folder))?;
    match (data.is_symlink(), data.is_dir()) {
        (true, _) => Err(WriteError::Link(folder.to_owned())),
        (_, false) => Err(WriteError::NotAFolder(folder.to_owned())),
        (_, true) => Ok(()),
    }
}

/// Sees to it that git does not look into a folder, whatever came with it.
fn ignore(folder: &Utf8Path) -> Result<(), WriteError> {
    let path = folder.join(IGNORE.0);
    refuse_odd(&path)?;
    if fs::read_to_string(&path).is_ok_and(|text| text == IGNORE.1) {
        return Ok(());
    }
    fs::write(&path, IGNORE.1).map_err(failed(&path))
}

/// Refuses what has the name of a file and is none.
fn refuse_odd(path: &Utf8Path) -> Result<(), WriteError> {
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_symlink() => Err(WriteError::Link(path.to_owned())),
        Ok(data) if !data.is_file() => Err(WriteError::NotAFile(path.to_owned())),
        _ => Ok(()),
    }
}

/// The file system that a folder is on.
#[cfg(unix)]
fn device(folder: &Utf8Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(folder).map_or(0, |data| data.dev())
}

#[cfg(not(unix))]
fn device(_: &Utf8Path) -> u64 {
    0
}

/// Whether an open file is the one at a path: it may have been taken away meanwhile.
#[cfg(unix)]
fn is_at(file: &File, path: &Utf8Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(own), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
    (own.dev(), own.ino()) == (there.dev(), there.ino())
}

/// Whether an open file is the one at a path: nobody can take it away while it is open.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Utf8Path) -> bool {
    true
}
