//! What goes into a program and what comes out of it, while it runs.

use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use super::error::ProgramError;

/// Writes what a program may read. One that does not read it says why by its end.
pub(super) fn feed(pipe: Option<impl Write + Send + 'static>, input: Vec<u8>) {
    if let Some(mut pipe) = pipe {
        thread::spawn(move || pipe.write_all(&input));
    }
}

/// A pipe that is read while the program runs.
pub(super) struct Reader(Receiver<Result<Vec<u8>, ProgramError>>);

impl Reader {
    /// Reads all that comes, unless that is more than so many bytes.
    pub(super) fn all(pipe: Option<impl Read + Send + 'static>, most: usize) -> Self {
        Self::start(pipe, move |pipe| {
            let bytes = beginning(pipe, most.saturating_add(1));
            if bytes.len() > most { Err(ProgramError::TooMuch(most)) } else { Ok(bytes) }
        })
    }

    /// Keeps the first so many bytes of what comes.
    pub(super) fn beginning(pipe: Option<impl Read + Send + 'static>, kept: usize) -> Self {
        Self::start(pipe, move |pipe| {
            let bytes = beginning(pipe, kept);
            let _ = io::copy(pipe, &mut io::sink());
            Ok(bytes)
        })
    }

    fn start<P: Read + Send + 'static>(
        pipe: Option<P>,
        read: impl FnOnce(&mut P) -> Result<Vec<u8>, ProgramError> + Send + 'static,
    ) -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(pipe.map_or_else(|| Ok(Vec::new()), |mut pipe| read(&mut pipe))));
        Self(receiver)
    }

    /// What was read; the error is none if the end does not come in time.
    pub(super) fn wait(&self, until: Instant) -> Result<Vec<u8>, Option<ProgramError>> {
        let left = until.saturating_duration_since(Instant::now());
        self.0.recv_timeout(left).map_err(|_| None)?.map_err(Some)
    }
}

/// The first bytes. What came before an error is what there is.
fn beginning(pipe: &mut impl Read, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = pipe.take(most as u64).read_to_end(&mut bytes);
    bytes
}
