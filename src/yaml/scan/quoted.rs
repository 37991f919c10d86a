//! Scalars in quotes.

use super::super::span::Span;
use super::cursor::{is_break, is_line_end};
use super::event::{Form, Style, Text};
use super::problem::{Reason, Result};
use super::token::{Kind, Token, offset};
use super::tokens::Tokens;

impl Tokens<'_> {
    pub(super) fn fetch_quoted(&mut self, quote: u8) -> Result<()> {
        self.save_key();
        let token = self.quoted(quote)?;
        self.queue.push(token);
        Ok(())
    }

    /// The scalar, and what is between it and the next token.
    pub(super) fn quoted(&mut self, quote: u8) -> Result<Token> {
        self.key_allowed = false;
        let (start, line) = (self.cursor.at, self.cursor.line);
        let as_it_is = self.skip_quoted(quote)?;
        let end = self.cursor.at;
        self.check_after_quote(line)?;
        let inner = Span { start: offset(start + 1), end: offset(end - 1) };
        let (style, form) = if quote == b'"' { (Style::Double, Form::Double) } else { (Style::Single, Form::Single) };
        let text = if as_it_is { Text::Source(inner) } else { Text::Written(inner, form) };
        let has_comment = self.skip_to_token_or_comment()?;
        self.adjacent = if has_comment { usize::MAX } else { self.cursor.at };
        Ok(Token::new(Kind::Scalar(style, text), start, end))
    }

    /// Goes behind the closing quote. Whether the value stands there as it is.
    fn skip_quoted(&mut self, quote: u8) -> Result<bool> {
        let start = self.cursor.at;
        let mut as_it_is = true;
        self.cursor.at += 1;
        loop {
            let rest = self.cursor.bytes(self.cursor.at, self.cursor.end());
            let stops = |byte: &u8| *byte == quote || *byte == b'\\' || is_line_end(*byte);
            self.cursor.at += rest.iter().position(stops).unwrap_or(rest.len());
            match self.cursor.peek() {
                b'\'' if quote == b'\'' && self.cursor.next() == b'\'' => {
                    self.cursor.at += 2;
                    as_it_is = false;
                }
                byte if byte == quote => break,
                b'\\' if quote == b'"' => {
                    self.skip_escape(start)?;
                    as_it_is = false;
                }
                b'\\' => self.cursor.at += 1,
                byte if is_break(byte) => {
                    self.cursor.skip_break();
                    as_it_is = false;
                    if self.cursor.is_marker() {
                        return self.problem_at(start, Reason::QuoteAtMarker);
                    }
                }
                _ => {
                    // the end of the text, or a character that cannot stand in one
                    return self.problem_at(start, Reason::Quote);
                }
            }
        }
        self.cursor.at += 1;
        Ok(as_it_is)
    }

    /// Goes behind an escape, or a line break after a backslash.
    fn skip_escape(&mut self, start: usize) -> Result<()> {
        let at = self.cursor.at;
        let digits = match self.cursor.next() {
            b'\n' | b'\r' => {
                self.cursor.at += 1;
                self.cursor.skip_break();
                let is_marker = self.cursor.is_marker();
                return if is_marker { self.problem_at(start, Reason::QuoteAtMarker) } else { Ok(()) };
            }
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            byte if simple_escape(byte).is_some() => 0,
            0 if at + 1 >= self.cursor.end() => return self.problem_at(start, Reason::Quote),
            _ => {
                let rest = self.cursor.bytes(at + 1, (at + 5).min(self.cursor.end()));
                let character = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
                return self.problem_at(at, Reason::Escape(character.unwrap_or('?')));
            }
        };
        let length = if digits == 0 { 2 } else { self.code_length(digits)? };
        self.cursor.at += length;
        Ok(())
    }

    /// The length of an escape with digits. Two escapes of 16 bits may stand for one character, as in JSON.
    fn code_length(&self, digits: usize) -> Result<usize> {
        let at = self.cursor.at;
        let code = |at: usize| hexadecimal(self.cursor.bytes(at, at + digits), digits);
        let Some(first) = code(at + 2) else { return self.problem_at(at, Reason::Hexadecimal(digits)) };
        let length = digits + 2;
        if digits == 4 && (0xD800..0xDC00).contains(&first) {
            let second = if self.cursor.starts_with(at + length, b"\\u") { code(at + length + 2) } else { None };
            return match second {
                Some(0xDC00..0xE000) => Ok(2 * length),
                _ => self.problem_at(at, Reason::NoCharacter),
            };
        }
        if char::from_u32(first).is_none() {
            return self.problem_at(at, Reason::NoCharacter);
        }
        Ok(length)
    }

    /// After the closing quote nothing may follow but what ends the value or makes it a key. `line`: of the opening quote.
    fn check_after_quote(&mut self, line: usize) -> Result<()> {
        self.skip_to_line_end()?;
        let in_flow = !self.flow.is_empty();
        let fits = match self.cursor.peek() {
            b',' | b'}' | b']' => in_flow,
            b':' => in_flow || line == self.cursor.line,
            byte => is_line_end(byte),
        };
        if fits { Ok(()) } else { self.problem(Reason::AfterQuote) }
    }
}

/// The length of an escape of JSON, which begins at a place; none if YAML has another word for it.
pub(super) fn escape_length(bytes: &[u8], at: usize) -> Option<usize> {
    let code = |at: usize| hexadecimal(bytes.get(at..at + 4)?, 4);
    match bytes.get(at + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => match code(at + 2)? {
            0xD800..0xDC00 if bytes.get(at + 6..at + 8) == Some(b"\\u") => {
                matches!(code(at + 8)?, 0xDC00..0xE000).then_some(12)
            }
            0xD800..0xE000 => None,
            _ => Some(6),
        },
        _ => None,
    }
}

pub(super) fn hexadecimal(bytes: &[u8], digits: usize) -> Option<u32> {
    if bytes.len() != digits {
        return None;
    }
    bytes.iter().try_fold(0, |code: u32, &byte| Some((code << 4) | char::from(byte).to_digit(16)?))
}

/// What a backslash and this letter stand for.
pub(super) fn simple_escape(byte: u8) -> Option<char> {
    Some(match byte {
        b'0' => '\0',
        b'a' => '\x07',
        b'b' => '\x08',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\x0B',
        b'f' => '\x0C',
        b'r' => '\r',
        b'e' => '\x1B',
        // `\/` is one of JSON, and `\'` one that kubectl takes
        b' ' | b'"' | b'\'' | b'/' | b'\\' => char::from(byte),
        b'N' => '\u{85}',
        b'_' => '\u{A0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}
