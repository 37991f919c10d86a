//! JSON in characters that are safe to show.

use crate::diagnostic::text;
use std::io::{self, Write};

/// Escapes what a terminal would obey in the JSON that is written through it.
pub(super) struct Plain<W>(pub(super) W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // serde_json writes whole characters
        match std::str::from_utf8(bytes) {
            Ok(json) => self.0.write_all(text::json(json).as_bytes())?,
            Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
