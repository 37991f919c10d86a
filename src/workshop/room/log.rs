//! The log on the disk: lines are only added, each in one write that is on the disk before it counts. What was being written when
//! the machine stopped is left out, with a note.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::event::Entry;
use crate::file::{self, OwnerError};

/// The name of the log in the folder of a workshop.
const FILE: &str = "events.jsonl";
/// The largest log that is read: a day of 200 people is a twentieth of it.
const MOST: u64 = 256 << 20;
/// The longest line: a check may say much.
const LONGEST: usize = 64 << 10;

/// Why the log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system refused.
    #[error("{path}")]
    Io { path: Utf8PathBuf, source: io::Error },
    /// It is somebody else's.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// It is larger than any workshop makes it.
    #[error("{0} is larger than 256 MiB, which no workshop writes: move it away")]
    Large(Utf8PathBuf),
}

/// The log of a workshop.
#[derive(Debug, Clone)]
pub struct Log {
    folder: Utf8PathBuf,
    path: Utf8PathBuf,
}

impl Log {
    /// The log in a workshop's folder, which need not be there yet.
    pub fn of(folder: &Utf8Path) -> Self {
        Self { folder: folder.to_owned(), path: folder.join(FILE) }
    }

    /// Everything that happened, and what is wrong with the file.
    pub fn read(&self) -> Result<(Vec<Entry>, Vec<String>), LogError> {
        let mut follower = self.follow();
        let entries = follower.next()?.unwrap_or_default();
        let mut notes = follower.notes;
        if follower.is_half {
            notes.push(format!("{}: the last line is half written, and left out", self.path));
        }
        Ok((entries, notes))
    }

    /// Reads it from the beginning, and then what is added.
    pub fn follow(&self) -> Follower {
        Follower { log: self.clone(), offset: 0, line: 0, notes: Vec::new(), is_half: false }
    }

    /// Adds lines: all of them are on the disk when this returns.
    pub fn append(&self, entries: &[Entry]) -> Result<(), LogError> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for entry in entries {
            let line = serde_json::to_string(entry).map_err(|error| self.failed(error.into()))?;
            text += &line;
            text.push('\n');
        }
        file::own_file(&self.path, &self.folder)?;
        self.write(text.as_bytes()).map_err(|source| self.failed(source))
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        // who failed at what is nobody else's business
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        // a command may write while the board does
        file.lock()?;
        let end = whole(&mut file)?;
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    fn failed(&self, source: io::Error) -> LogError {
        LogError::Io { path: self.path.clone(), source }
    }
}

/// Where the last whole line ends.
fn whole(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let from = length.saturating_sub(LONGEST as u64 + 1);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let end = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    // without any line end so far back it is no log of ours; nothing of it is taken away
    Ok(if end == 0 && from > 0 { length } else { from + end as u64 })
}

/// Reads a log as it grows.
#[derive(Debug)]
pub struct Follower {
    log: Log,
    offset: u64,
    line: usize,
    /// What is wrong with the lines so far.
    pub notes: Vec<String>,
    /// Whether a line is not complete yet.
    pub is_half: bool,
}

impl Follower {
    /// What was added since; none if the log was made anew, and all of it has to be read again.
    pub fn next(&mut self) -> Result<Option<Vec<Entry>>, LogError> {
        let length = match fs::metadata(&self.log.path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(self.log.failed(error)),
        };
        if length < self.offset {
            *self = self.log.follow();
            return Ok(None);
        }
        if length == self.offset {
            return Ok(Some(Vec::new()));
        }
        if length > MOST {
            return Err(LogError::Large(self.log.path.clone()));
        }
        file::own_file(&self.log.path, &self.log.folder)?;
        let bytes = self.added().map_err(|error| self.log.failed(error))?;
        Ok(Some(self.take(&bytes)))
    }

    fn added(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.log.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn take(&mut self, bytes: &[u8]) -> Vec<Entry> {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (lines, half) = bytes.split_at(end);
        self.is_half = !half.is_empty();
        self.offset += end as u64;
        let mut entries = Vec::new();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            self.line += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    self.notes.push(format!("{}:{}: not understood, and left out: {error}", self.log.path, self.line));
                }
            }
        }
        entries
    }
}
