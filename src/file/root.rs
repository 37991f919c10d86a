//! A folder that nothing leads out of.

use std::io::{self, Write as _};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::FileError;
use super::read::{text, whole};

/// A folder. What is read and written through it lies inside, whatever links say, also when somebody exchanges them meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Without links.
    path: Utf8PathBuf,
}

impl Root {
    /// The folder that a path leads to.
    pub fn new(folder: &Utf8Path) -> io::Result<Self> {
        Ok(Self { path: folder.canonicalize_utf8()? })
    }

    /// The folder itself, without links.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Where in the folder a path leads to, with all links followed; an error if that is elsewhere.
    pub fn locate(&self, path: &Utf8Path) -> Result<Utf8PathBuf, FileError> {
        let real = path.canonicalize_utf8()?;
        let inside = real.strip_prefix(&self.path).map(Utf8Path::to_owned);
        inside.map_err(|_| self.outside())
    }

    /// Where a path of the folder leads to, with all links followed, without ever looking elsewhere: not even a link that comes
    /// back is followed outside.
    pub fn follow(&self, inside: &Utf8Path) -> Result<Utf8PathBuf, FileError> {
        let mut steps: Vec<String> = reversed(inside);
        let mut at = Utf8PathBuf::new();
        let mut links = 0;
        while let Some(step) = steps.pop() {
            if step == ".." {
                at.pop().then_some(()).ok_or_else(|| self.outside())?;
                continue;
            }
            let next = at.join(&step);
            let full = self.path.join(&next);
            if !std::fs::symlink_metadata(&full)?.is_symlink() {
                at = next;
                continue;
            }
            links += 1;
            if links > LINKS {
                return Err(io::Error::other("too many links").into());
            }
            let target = full.read_link_utf8()?;
            if target.is_absolute() {
                steps.extend(reversed(target.strip_prefix(&self.path).map_err(|_| self.outside())?));
                at = Utf8PathBuf::new();
            } else {
                steps.extend(reversed(&target));
            }
        }
        Ok(at)
    }

    fn outside(&self) -> FileError {
        FileError::Outside(self.path.clone())
    }

    /// Replaces a file of the folder, as [`Root::replace`] does, by its path in it, which has no links.
    pub fn replace_at(&self, inside: &Utf8Path, bytes: &[u8]) -> Result<(), FileError> {
        system::replace(&self.path, inside, |file| file.write_all(bytes))
    }

    /// Reads a regular file of at most so many bytes.
    pub fn read(&self, path: &Utf8Path, limit: u64) -> Result<Vec<u8>, FileError> {
        whole(&system::open(&self.path, &self.locate(path)?)?, limit)
    }

    /// Reads a regular text of at most so many bytes.
    pub fn read_text(&self, path: &Utf8Path, limit: u64) -> Result<String, FileError> {
        text(self.read(path, limit)?)
    }

    /// Puts a text in the place of a regular file, in one step and with its permissions. A link stays, and what it names is
    /// replaced.
    pub fn replace(&self, path: &Utf8Path, bytes: &[u8]) -> Result<(), FileError> {
        system::replace(&self.path, &self.locate(path)?, |file| file.write_all(bytes))
    }
}

/// As many links as Linux follows.
const LINKS: usize = 40;

/// The steps of a path, the last first.
fn reversed(path: &Utf8Path) -> Vec<String> {
    let steps = path.components().filter_map(|step| match step {
        Utf8Component::Normal(name) => Some(name.to_owned()),
        Utf8Component::ParentDir => Some("..".to_owned()),
        _ => None,
    });
    let mut steps: Vec<String> = steps.collect();
    steps.reverse();
    steps
}

/// Every step goes from an open folder to a name in it that is no link.
#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;

    use camino::Utf8Path;
    use nix::fcntl::{OFlag, openat, renameat};
    use nix::sys::stat::Mode;
    use nix::unistd::{UnlinkatFlags, unlinkat};

    use super::super::FileError;
    use super::super::read::PATIENT;

    /// Enough to go on from, where folders may be entered but not listed.
    #[cfg(target_os = "linux")]
    const STEP: OFlag = OFlag::O_PATH;
    #[cfg(not(target_os = "linux"))]
    const STEP: OFlag = OFlag::O_RDONLY;

    fn folder_of<'p>(root: &Utf8Path, path: &'p Utf8Path) -> Result<(OwnedFd, &'p str), FileError> {
        let flags = STEP | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let (Some(name), Some(parent)) = (path.file_name(), path.parent()) else {
            return Err(FileError::Kind("a folder"));
        };
        let mut folder = nix::fcntl::open(root.as_std_path(), flags, Mode::empty()).map_err(io::Error::from)?;
        for step in parent.components() {
            folder = openat(&folder, step.as_str(), flags, Mode::empty()).map_err(io::Error::from)?;
        }
        Ok((folder, name))
    }

    fn open_in(folder: &OwnedFd, name: &str) -> Result<File, FileError> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | PATIENT;
        let stat = nix::sys::stat::fstatat(folder, name, nix::fcntl::AtFlags::AT_SYMLINK_NOFOLLOW);
        // to open a device may do something already
        let kind = stat.map_err(io::Error::from)?.st_mode & nix::libc::S_IFMT;
        if kind == nix::libc::S_IFCHR || kind == nix::libc::S_IFBLK {
            return Err(FileError::Kind("a device"));
        }
        if kind == nix::libc::S_IFSOCK {
            return Err(FileError::Kind("a socket"));
        }
        Ok(File::from(openat(folder, name, flags, Mode::empty()).map_err(io::Error::from)?))
    }

    pub(super) fn open(root: &Utf8Path, path: &Utf8Path) -> Result<File, FileError> {
        let (folder, name) = folder_of(root, path)?;
        open_in(&folder, name)
    }

    pub(super) fn replace(
        root: &Utf8Path,
        path: &Utf8Path,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), FileError> {
        let (folder, name) = folder_of(root, path)?;
        let before = open_in(&folder, name)?.metadata()?;
        if !before.is_file() {
            return Err(FileError::kind(before.file_type()));
        }
        let (mut file, temporary) = create(&folder)?;
        let written = write(&mut file)
            .and_then(|()| file.set_permissions(before.permissions()))
            .and_then(|()| Ok(renameat(&folder, temporary.as_str(), &folder, name)?));
        if written.is_err() {
            let _ = unlinkat(&folder, temporary.as_str(), UnlinkatFlags::NoRemoveDir);
        }
        Ok(written?)
    }

    /// A new file of a name that nobody knows before.
    fn create(folder: &OwnedFd) -> Result<(File, String), FileError> {
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let name = format!(".tightship-{:016x}", u64::from_le_bytes(random));
        let file = openat(folder, name.as_str(), flags, Mode::S_IRUSR | Mode::S_IWUSR).map_err(io::Error::from)?;
        Ok((file.into(), name))
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::File;
    use std::io;

    use camino::Utf8Path;

    use super::super::FileError;

    pub(super) fn open(root: &Utf8Path, path: &Utf8Path) -> Result<File, FileError> {
        Ok(File::open(root.join(path))?)
    }

    pub(super) fn replace(
        root: &Utf8Path,
        path: &Utf8Path,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), FileError> {
        let path = root.join(path);
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(root))?;
        write(file.as_file_mut())?;
        file.as_file().set_permissions(std::fs::metadata(&path)?.permissions())?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use camino::Utf8PathBuf;

    use super::super::{FileError, read_regular};
    use super::Root;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(dir.path().canonicalize().unwrap()).unwrap();
        std::fs::create_dir_all(path.join("in/below")).unwrap();
        std::fs::write(path.join("in/below/a"), "inside").unwrap();
        std::fs::write(path.join("out"), "outside").unwrap();
        (dir, path)
    }

    #[test]
    fn links_lead_anywhere_inside_and_nowhere_else() {
        let (_dir, path) = folder();
        let root = Root::new(&path.join("in")).unwrap();
        for (link, target) in [("b", "below/a"), ("c", "b"), ("d", "below"), ("e", "../out"), ("f", ".."), ("g", "g")] {
            symlink(target, path.join("in").join(link)).unwrap();
        }
        for inside in ["below/a", "b", "c", "d/a", "below/../b", "f/in/b"] {
            assert_eq!(root.read_text(&path.join("in").join(inside), 6).unwrap(), "inside", "{inside}");
        }
        for (inside, place) in
            [("c", "below/a"), ("d/../b", "below/a"), ("d/a", "below/a"), ("d", "below"), ("below/..", "")]
        {
            assert_eq!(root.follow(inside.into()).unwrap(), place, "{inside}");
        }
        for outside in ["e", "f", "f/in/b", "d/../..", "e/nothing"] {
            let place = root.follow(outside.into());
            assert!(matches!(place, Err(FileError::Outside(_))), "{outside}: {place:?}");
        }
        assert!(root.follow("g".into()).is_err() && root.follow("nothing".into()).unwrap_err().is_absent());
        for outside in ["e", "f/out", "../out"] {
            let read = root.read(&path.join("in").join(outside), 100);
            assert!(matches!(read, Err(FileError::Outside(_))), "{outside}: {read:?}");
            assert!(root.replace(&path.join("in").join(outside), b"new").is_err(), "{outside}");
        }
        assert!(matches!(root.read(&path.join("in/g"), 100), Err(FileError::System(_))));
        assert!(root.read(&path.join("in/below"), 100).is_err());
        assert_eq!(std::fs::read_to_string(path.join("out")).unwrap(), "outside");
        root.replace(&path.join("in/c"), b"new").unwrap();
        assert_eq!(std::fs::read_to_string(path.join("in/below/a")).unwrap(), "new");
        assert!(path.join("in/b").is_symlink() && path.join("in/c").is_symlink());
        assert_eq!(std::fs::read_dir(path.join("in/below")).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn nothing_waits_or_grows() {
        let (_dir, path) = folder();
        assert!(Command::new("mkfifo").arg(path.join("in/fifo")).status().unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(path.join("in/socket")).unwrap();
        let root = Root::new(&path.join("in")).unwrap();
        for (name, kind) in [("fifo", "a FIFO"), ("socket", "a socket"), ("below", "a folder")] {
            let file = path.join("in").join(name);
            let said = format!("it is {kind}, and only regular files are read");
            assert_eq!(read_regular(&file, 100).unwrap_err().to_string(), said);
            assert_eq!(root.read(&file, 100).unwrap_err().to_string(), said);
        }
        assert_eq!(
            read_regular("/dev/zero".into(), 100).unwrap_err().to_string().split(',').next(),
            Some("it is a device")
        );
        let large = read_regular(&path.join("out"), 6).unwrap_err();
        assert_eq!(large.to_string(), "it is larger than 6 bytes");
        // its size is said to be none
        assert!(matches!(read_regular("/proc/self/maps".into(), 10), Err(FileError::Large(10))));
        assert_eq!(FileError::Large(super::super::LIMIT).to_string(), "it is larger than 64 MiB");
    }

    #[test]
    fn permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, path) = folder();
        let file = path.join("in/below/a");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        Root::new(&path).unwrap().replace(&file, b"new").unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
