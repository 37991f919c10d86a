//! Lines that begin with `%`, before a document.

use super::cursor::{is_blank, is_line_end};
use super::problem::{Reason, Result};
use super::property::{is_tag, is_uri, unescape};
use super::token::Kind;
use super::tokens::Tokens;

/// A directive stands before every event, so nobody else bounds what is kept of it.
const MAX_BYTES: usize = 1024;
/// Its name and 16 parameters.
const MAX_WORDS: usize = 17;

impl Tokens<'_> {
    pub(super) fn fetch_directive(&mut self) -> Result<()> {
        self.end_document()?;
        let start = self.cursor.at;
        let line = self.directive_line();
        let end = start + line.len();
        let words: Vec<&[u8]> = line.split(|byte| is_blank(*byte)).filter(|word| !word.is_empty()).collect();
        if line.len() > MAX_BYTES || words.len() > MAX_WORDS {
            return self.problem(Reason::LongDirective);
        }
        let has_mark = line.windows(3).any(|bytes| bytes == "\u{feff}".as_bytes());
        let kind = match words.as_slice() {
            _ if has_mark => return self.problem(Reason::Directive),
            [b"%YAML", version] if major(version).is_some() => Kind::VersionDirective,
            [b"%TAG", handle, prefix] if is_handle(handle) && is_prefix(prefix) => Kind::TagDirective,
            [b"%YAML" | b"%TAG" | b"%", ..] => return self.problem(Reason::Directive),
            _ => Kind::OtherDirective,
        };
        self.cursor.at = end;
        self.skip_to_line_end()?;
        if !is_line_end(self.cursor.peek()) {
            return self.problem_at(start, Reason::Directive);
        }
        self.push(kind, start, end);
        Ok(())
    }

    /// The line without its comment, and without blanks at its end.
    fn directive_line(&self) -> &[u8] {
        let mut end = self.cursor.at;
        let mut at = self.cursor.at;
        while !is_line_end(self.cursor.byte(at)) {
            let byte = self.cursor.byte(at);
            if byte == b'#' && is_blank(self.cursor.byte(at - 1)) {
                break;
            }
            at += 1;
            end = if is_blank(byte) { end } else { at };
        }
        self.cursor.bytes(self.cursor.at, end)
    }
}

/// The first number of a version.
pub(super) fn major(version: &[u8]) -> Option<u32> {
    let (major, minor) = std::str::from_utf8(version).ok()?.split_once('.')?;
    let number = |text: &str| {
        let is_number = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    number(minor).and(number(major))
}

fn is_handle(handle: &[u8]) -> bool {
    match handle {
        b"!" => true,
        [b'!', word @ .., b'!'] => word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')),
        _ => false,
    }
}

/// The begin of a local tag, or of a URI.
fn is_prefix(prefix: &[u8]) -> bool {
    let begins = prefix.first().is_some_and(|&byte| byte == b'!' || is_tag(byte));
    begins && prefix.iter().all(|byte| is_uri(*byte)) && unescape(prefix).is_some()
}
