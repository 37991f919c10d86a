//! The key of the instructor's view: in a file of its own, so that the address stays the same when the board is started again.

use std::fs::File;
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

use crate::file::{self, FileError, OwnerError};

/// The file in the workshop's folder.
const FILE: &str = "board.key";
/// Letters that nobody mixes up.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Five bits each: 130.
const LENGTH: usize = 26;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The system refused.
    #[error("{path}")]
    Io { path: Utf8PathBuf, source: io::Error },
    /// The file is somebody else's.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// The file is no key.
    #[error("{0} is not a key that the board has written: remove it, and a new one is made")]
    Broken(Utf8PathBuf),
    /// There is no chance to be had.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

/// The key.
#[derive(Clone)]
pub struct Key(String);

impl Key {
    /// That of a workshop, made if there is none yet.
    pub fn of(folder: &Utf8Path) -> Result<Self, KeyError> {
        let path = folder.join(FILE);
        if file::own_file(&path, folder)? {
            return Self::read(&path);
        }
        let mut bytes = [0_u8; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| KeyError::Random(error.to_string()))?;
        let letters = bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte & 31)).copied().map(char::from));
        let key = Self(letters.collect());
        key.write(&path).map_err(|source| KeyError::Io { path, source })?;
        Ok(key)
    }

    fn read(path: &Utf8Path) -> Result<Self, KeyError> {
        let io = |source: FileError| KeyError::Io { path: path.to_owned(), source: source.into() };
        let bytes = file::read_regular(path, 1024).map_err(io)?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        let text = text.trim();
        let is_key = text.len() == LENGTH && text.bytes().all(|byte| LETTERS.contains(&byte));
        if is_key { Ok(Self(text.to_owned())) } else { Err(KeyError::Broken(path.to_owned())) }
    }

    fn write(&self, path: &Utf8Path) -> io::Result<()> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        writeln!(file, "{}", self.0)
    }

    /// The key as it stands in an address.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether somebody knows it. How long this takes does not depend on how much of it is right.
    pub fn is(&self, given: &str) -> bool {
        let (mine, theirs) = (Sha256::digest(&self.0), Sha256::digest(given));
        let differ = mine.iter().zip(theirs.iter()).fold(0_u8, |differ, (a, b)| std::hint::black_box(differ | (a ^ b)));
        differ == 0
    }
}
