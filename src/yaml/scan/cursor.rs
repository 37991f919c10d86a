//! A place in a text, and what stands there.

use std::cell::Cell;

use memchr::memchr2;

/// What bytes mean to the scanner: bits of a class.
const BLANK: u8 = 1;
const BREAK: u8 = 2;
const FLOW: u8 = 4;
const COLON: u8 = 8;
const END: u8 = 16;
const QUESTION: u8 = 32;
/// What a plain scalar may begin with, whatever follows.
const WORD: u8 = 64;
/// What ends a run of characters in a text of JSON.
const JSON_STOP: u8 = 128;

#[expect(clippy::indexing_slicing, reason = "a place that is not there would not compile")]
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    classes[0] = END;
    classes[b' ' as usize] = BLANK;
    classes[b'\t' as usize] = BLANK;
    classes[b'\n' as usize] = BREAK;
    classes[b'\r' as usize] = BREAK;
    classes[b':' as usize] = COLON;
    classes[b'?' as usize] = QUESTION;
    classes[b',' as usize] = FLOW;
    classes[b'[' as usize] = FLOW;
    classes[b']' as usize] = FLOW;
    classes[b'{' as usize] = FLOW;
    classes[b'}' as usize] = FLOW;
    let mut byte = 0_u8;
    while byte.is_ascii() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'$' | b'~') {
            classes[byte as usize] = WORD;
        }
        if byte < 0x20 || matches!(byte, b'"' | b'\\') {
            classes[byte as usize] |= JSON_STOP;
        }
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

pub(super) fn is_blank(byte: u8) -> bool {
    class(byte) & BLANK != 0
}

pub(super) fn is_break(byte: u8) -> bool {
    class(byte) & BREAK != 0
}

/// A line break, or the end of the text, which reads as a zero byte.
pub(super) fn is_line_end(byte: u8) -> bool {
    class(byte) & (BREAK | END) != 0
}

pub(super) fn is_space(byte: u8) -> bool {
    class(byte) & (BLANK | BREAK | END) != 0
}

pub(super) fn is_word(byte: u8) -> bool {
    class(byte) & WORD != 0
}

/// What a text of JSON may hold as it is. Which characters no text may hold is a question of its own.
pub(super) fn is_json_text(byte: u8) -> bool {
    class(byte) & JSON_STOP == 0
}

/// What numbers and words of JSON consist of.
pub(super) fn is_json_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

pub(super) fn is_flow(byte: u8) -> bool {
    class(byte) & FLOW != 0
}

/// What ends a plain scalar in brackets. kubectl takes each `?` there for the begin of a key.
pub(super) fn ends_in_flow(byte: u8) -> bool {
    class(byte) & (FLOW | QUESTION) != 0
}

/// A text, and a place in it.
pub(super) struct Cursor<'s> {
    bytes: &'s [u8],
    pub(super) at: usize,
    /// The first byte of the line.
    pub(super) line: usize,
    /// Whether each character is a byte.
    pub(super) is_ascii: bool,
    /// The first character, not before the place where it was looked for, that no YAML may hold.
    odd: usize,
    /// The begin of a line, a place on it, and the characters between them.
    counted: Cell<(usize, usize, usize)>,
}

impl<'s> Cursor<'s> {
    /// Of a part of a text; offsets are those in the whole text.
    pub(super) fn new(text: &'s str, start: usize, end: usize) -> Self {
        let bytes = text.as_bytes().get(..end).unwrap_or_default();
        let is_ascii = bytes.get(start..).unwrap_or_default().is_ascii();
        let mut cursor = Self { bytes, at: start, line: start, is_ascii, odd: usize::MAX, counted: Cell::default() };
        cursor.look_for_odd();
        cursor
    }

    /// Looks for the next character, at or after this place, that no YAML may hold.
    pub(super) fn look_for_odd(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.odd = find_odd(rest, self.is_ascii).map_or(usize::MAX, |found| self.at + found);
    }

    /// The character that no YAML may hold, if the place is at it or behind it.
    pub(super) fn odd(&self) -> Option<usize> {
        (self.at >= self.odd).then_some(self.odd)
    }

    /// Whether no such character is left.
    pub(super) fn is_clean(&self) -> bool {
        self.odd == usize::MAX
    }

    /// The end of the text, or the first such character.
    pub(super) fn clean_end(&self) -> usize {
        self.odd.min(self.bytes.len())
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn peek(&self) -> u8 {
        self.byte(self.at)
    }

    pub(super) fn next(&self) -> u8 {
        self.byte(self.at + 1)
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn end(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn bytes(&self, from: usize, to: usize) -> &'s [u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    pub(super) fn starts_with(&self, at: usize, wanted: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(wanted))
    }

    /// The characters before this place on its line.
    pub(super) fn column(&self) -> usize {
        self.column_at(self.line, self.at)
    }

    /// The characters before a place on a line. It may be a long one, so they are counted from the place of the last time.
    pub(super) fn column_at(&self, line: usize, at: usize) -> usize {
        if self.is_ascii {
            return at.saturating_sub(line);
        }
        let column = match self.counted.get() {
            (known, last, column) if known == line && last <= at => column + self.characters(last, at),
            (known, last, column) if known == line && last - at < at.saturating_sub(line) => {
                column - self.characters(at, last)
            }
            _ => self.characters(line, at),
        };
        self.counted.set((line, at, column));
        column
    }

    pub(super) fn characters(&self, from: usize, to: usize) -> usize {
        if self.is_ascii {
            return to.saturating_sub(from);
        }
        self.bytes(from, to).iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
    }

    /// The same as a number that indentations are compared with.
    pub(super) fn indent(&self) -> isize {
        self.column().cast_signed()
    }

    /// Whether `---` or `...` stands here as a word, at the begin of a line.
    pub(super) fn is_marker(&self) -> bool {
        self.at == self.line && (self.is_word(b"---") || self.is_word(b"..."))
    }

    pub(super) fn is_word(&self, word: &[u8]) -> bool {
        self.starts_with(self.at, word) && is_space(self.byte(self.at + word.len()))
    }

    /// Goes behind the line break that is here.
    pub(super) fn skip_break(&mut self) {
        self.at += if self.peek() == b'\r' && self.next() == b'\n' { 2 } else { 1 };
        self.line = self.at;
    }

    pub(super) fn skip_spaces(&mut self) {
        while self.peek() == b' ' {
            self.at += 1;
        }
    }

    pub(super) fn skip_blanks(&mut self) {
        while is_blank(self.peek()) {
            self.at += 1;
        }
    }

    /// Goes to the end of the line.
    pub(super) fn skip_line(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    }

    /// The first byte, from a place on, that may end the run of a plain scalar: white space, a colon, and brackets or a `?`
    /// inside of brackets.
    pub(super) fn run_end(&self, from: usize, in_flow: bool) -> usize {
        let stops = if in_flow { BLANK | BREAK | END | COLON | FLOW | QUESTION } else { BLANK | BREAK | END | COLON };
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|&byte| class(byte) & stops != 0).unwrap_or(rest.len())
    }
}

/// Control characters but tab and line breaks, U+0080 to U+009F but NEL, U+FFFE and U+FFFF.
fn find_odd(bytes: &[u8], is_ascii: bool) -> Option<usize> {
    const BLOCK: usize = 64;
    let suspicious = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7F;
    let foreign = |byte: u8| !is_ascii && matches!(byte, 0xC2 | 0xEF);
    for (block, part) in bytes.chunks(BLOCK).enumerate() {
        // without a branch for each byte
        if !part.iter().fold(false, |any, &byte| any | suspicious(byte) | foreign(byte)) {
            continue;
        }
        let start = block * BLOCK;
        let is_odd = |at: usize| match bytes.get(at..).unwrap_or_default() {
            [0xC2, second, ..] => matches!(second, 0x80..=0x84 | 0x86..=0x9F),
            [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
            [byte, ..] => suspicious(*byte),
            [] => false,
        };
        if let Some(found) = (start..start + part.len()).find(|at| is_odd(*at)) {
            return Some(found);
        }
    }
    None
}
