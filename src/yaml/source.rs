//! A text with a name, and the way from byte offsets to lines and columns.

use std::ops::Range;
use std::sync::Arc;

/// A file of the input, by its place in the list of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A file, standard input, or an answer, as it was read.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: Arc<str>,
    line_starts: Vec<u32>,
    /// How many characters begin before each block of [`BLOCK`] bytes; empty where each byte is a character. Without it, the
    /// columns of a file that is one long line would take time that grows with its square.
    characters: Vec<u32>,
}

const BLOCK: usize = 1024;

impl Source {
    /// `name` is what messages call it: a path, or `<stdin>`.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| offset(at + 1))).collect();
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut sum = 0;
            for block in text.as_bytes().chunks(BLOCK) {
                characters.push(offset(sum));
                sum += count(block);
            }
        }
        Self { name: name.into(), text, line_starts, characters }
    }

    /// What messages call the text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset, both from 1; a column counts characters.
    pub fn position(&self, at: usize) -> (usize, usize) {
        let at = at.min(self.text.len());
        let line = self.line_starts.partition_point(|&start| start as usize <= at).max(1);
        let start = self.line_starts.get(line - 1).map_or(0, |&start| start as usize);
        (line, self.characters_before(at).saturating_sub(self.characters_before(start)) + 1)
    }

    /// The bytes of a line that [`Source::position`] gave, without its end.
    pub fn line(&self, line: usize) -> Range<usize> {
        let start = |line: usize| self.line_starts.get(line).map(|&start| start as usize);
        let end = start(line).map_or(self.text.len(), |next| next - 1);
        line.checked_sub(1).and_then(start).unwrap_or(end)..end
    }

    fn characters_before(&self, at: usize) -> usize {
        let block = at / BLOCK * BLOCK;
        match self.characters.get(at / BLOCK) {
            Some(&before) => before as usize + self.text.as_bytes().get(block..at).map_or(0, count),
            None if self.characters.is_empty() => at,
            // the very end of a text of whole blocks
            None => self.text.chars().count(),
        }
    }
}

/// Spans end at 4 GiB, so offsets do too.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The characters that begin in these bytes of a UTF-8 text.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Source};

    #[test]
    fn counts_lines_and_characters_from_one() {
        let source = Source::new("x", "a\nß: b\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(2), (2, 1));
        assert_eq!(source.position(6), (2, 4));
        assert_eq!(source.position(99), (3, 1));
        assert_eq!([source.line(1), source.line(2), source.line(3), source.line(4)], [0..1, 2..7, 8..8, 8..8]);
    }

    #[test]
    fn counts_characters_across_blocks() {
        for text in ["aß\n".repeat(2 * BLOCK), "ß".repeat(2 * BLOCK), "a".repeat(3 * BLOCK) + "ß"] {
            let source = Source::new("x", text.as_str());
            let mut expected = (1, 1);
            for (at, character) in text.char_indices() {
                assert_eq!(source.position(at), expected, "{at}");
                expected = if character == '\n' { (expected.0 + 1, 1) } else { (expected.0, expected.1 + 1) };
            }
            assert_eq!(source.position(text.len()), expected);
        }
    }
}
