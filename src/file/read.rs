//! Reading.

use std::cell::RefCell;
use std::fs::{File, FileType, OpenOptions};
use std::io::{IsTerminal as _, Read as _};
use std::sync::Arc;

use camino::Utf8Path;
#[cfg(unix)]
use nix::fcntl::OFlag;

use super::FileError;

/// The most that is read of a file which nobody named.
pub const LIMIT: u64 = 64 * 1024 * 1024;

/// Reads a regular file of at most so many bytes. Links are followed; a FIFO, a device or a socket is not even opened.
pub fn read_regular(path: &Utf8Path, limit: u64) -> Result<Vec<u8>, FileError> {
    regular(std::fs::metadata(path)?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    // another may have taken its place meanwhile
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, PATIENT.bits());
    whole(&options.open(path)?, limit)
}

/// As [`read_regular`], but of a file that is no link.
pub fn read_unlinked(path: &Utf8Path, limit: u64) -> Result<Vec<u8>, FileError> {
    regular(std::fs::symlink_metadata(path)?.file_type())?;
    whole(&open_unlinked(path)?, limit)
}

fn open_unlinked(path: &Utf8Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, PATIENT.union(OFlag::O_NOFOLLOW).bits());
    options.open(path)
}

/// Files of fewer bytes are read into a buffer that is used again.
const SMALL: usize = 64 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The text of a regular file that was found a moment ago: so it is opened without another look, and most of such files are
/// read in one call.
pub fn read_found(path: &Utf8Path, limit: u64) -> Result<Arc<str>, FileError> {
    let file = match open_unlinked(path) {
        Ok(file) => file,
        // something else is there now, which has a better message
        Err(error) => return Err(regular(std::fs::symlink_metadata(path)?.file_type()).err().unwrap_or(error.into())),
    };
    let metadata = file.metadata()?;
    regular(metadata.file_type())?;
    match usize::try_from(metadata.len()) {
        Ok(size @ 1..SMALL) => BUFFER.with_borrow_mut(|buffer| read_small(&file, size, buffer)),
        _ => Ok(text(whole(&file, limit)?)?.into()),
    }
}

/// Reads a file of a size that is known. A regular file has ended if it does not fill the room behind that.
fn read_small(file: &File, size: usize, buffer: &mut Vec<u8>) -> Result<Arc<str>, FileError> {
    buffer.resize(SMALL, 0);
    let room = buffer.get_mut(..=size).unwrap_or_default();
    let read = (&*file).read(room)?;
    let bytes = buffer.get(..read).unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) if read == size => Ok(text.into()),
        _ => {
            // it has changed meanwhile, or is no UTF-8
            let mut bytes = bytes.to_vec();
            file.take(LIMIT).read_to_end(&mut bytes)?;
            Ok(text(bytes)?.into())
        }
    }
}

fn regular(kind: FileType) -> Result<(), FileError> {
    if kind.is_file() { Ok(()) } else { Err(FileError::kind(kind)) }
}

/// Never waits for whoever writes, and takes no terminal.
#[cfg(unix)]
pub(super) const PATIENT: OFlag = OFlag::O_NONBLOCK.union(OFlag::O_NOCTTY);

/// All of an open file, if it is a regular one of at most so many bytes.
pub(super) fn whole(file: &File, limit: u64) -> Result<Vec<u8>, FileError> {
    let metadata = file.metadata()?;
    regular(metadata.file_type())?;
    if metadata.len() > limit {
        return Err(FileError::Large(limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1));
    // files of the system have no size, and others may grow
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(FileError::Large(limit)) } else { Ok(bytes) }
}

/// Reads a regular text of at most so many bytes, as [`read_regular`] does.
pub fn read_text(path: &Utf8Path, limit: u64) -> Result<String, FileError> {
    text(read_regular(path, limit)?)
}

/// Reads what the user named to its end, whatever it is: a pipe too, which is then empty. Only a device, which may have no end,
/// has a limit.
pub fn read_named(path: &Utf8Path) -> Result<String, FileError> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let may_end = metadata.is_file() || metadata.is_dir() || is_pipe(metadata.file_type()) || file.is_terminal();
    let limit = if may_end { u64::from(u32::MAX) } else { LIMIT };
    let mut bytes = Vec::new();
    (&file).take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(FileError::Large(limit)) } else { text(bytes) }
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    kind.is_fifo() || kind.is_socket()
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

/// Bytes as a text; the error names the first line that is none. With a byte order mark of UTF-16 they are read as that, which
/// is what kubectl does (`FileVisitor` of `k8s.io/cli-runtime`).
pub fn text(bytes: Vec<u8>) -> Result<String, FileError> {
    let wide: Option<fn([u8; 2]) -> u16> = match bytes.get(..2) {
        Some([0xff, 0xfe]) => Some(u16::from_le_bytes),
        Some([0xfe, 0xff]) => Some(u16::from_be_bytes),
        _ => None,
    };
    if let Some(read) = wide {
        let (pairs, _) = bytes.get(2..).unwrap_or_default().as_chunks();
        return Ok(char::decode_utf16(pairs.iter().map(|pair| read(*pair)))
            .map(|it| it.unwrap_or('\u{fffd}'))
            .collect());
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        FileError::Text(before.filter(|byte| **byte == b'\n').count() + 1)
    })
}
