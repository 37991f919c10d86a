//! JSON inside of YAML: what stands in brackets and is JSON to its end has no surprises, so it is looked through once, and then
//! read without tokens.

use memchr::{memchr2, memrchr2};

use super::super::span::Span;
use super::cursor::{is_json_text, is_json_word};
use super::event::{Event, Form, Kind, Style, Text};
use super::grammar::{Scanner, State, event};
use super::open::{Json, MAX_DEPTH};
use super::quoted::escape_length;
use super::token::{self, offset};
use super::tokens::Tokens;

/// A key without `?` is no longer than this many bytes, which are no fewer than its characters.
const MAX_KEY: usize = 1024;

impl Tokens<'_> {
    /// What the bracket opens here, if it is JSON to its end, and nothing else is to be learned of it then.
    pub(super) fn find_json(&self) -> Option<Json> {
        // what was read before may be a key with it, or an error without a `:` behind it
        if !self.flow.is_empty() || self.first_key.is_some() {
            return None;
        }
        if self.key_allowed && self.is_in_block() && self.indent == self.cursor.indent() {
            return None;
        }
        let bytes = self.cursor.bytes(0, self.cursor.clean_end());
        let mut reader = Reader {
            bytes,
            at: self.cursor.at,
            // a tab cannot indent
            has_tabs: self.indents.is_empty(),
            has_plain: false,
            depth: 0,
            lists: [0; MAX_DEPTH.div_ceil(64)],
        };
        reader.whole()?;
        // with something behind it on the line, it may be a key
        let rest = bytes.get(reader.at..).unwrap_or_default();
        let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
        let is_alone = next.map_or(bytes.len() == self.cursor.end(), |byte| matches!(byte, b'\n' | b'\r'));
        is_alone.then_some(Json { start: offset(self.cursor.at), depth: 1, has_plain: reader.has_plain })
    }

    /// Goes behind what was JSON.
    fn leave_json(&mut self, json: Json) {
        let before = self.cursor.bytes(self.cursor.line, self.cursor.at);
        self.cursor.line += memrchr2(b'\n', b'\r', before).map_or(0, |last| last + 1);
        if json.has_plain {
            self.close_places();
        }
        self.key_allowed = false;
        self.cursor.skip_blanks();
    }

    /// Goes to the next bracket or scalar.
    fn skip_json_space(&mut self) -> u8 {
        loop {
            match self.cursor.peek() {
                b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' => self.cursor.at += 1,
                byte => return byte,
            }
        }
    }

    /// A text in quotes. Whether it stands there as it is.
    fn json_text(&mut self) -> bool {
        let mut as_it_is = true;
        self.cursor.at += 1;
        loop {
            let rest = self.cursor.bytes(self.cursor.at, self.cursor.end());
            self.cursor.at += text_end(rest);
            if self.cursor.peek() != b'\\' {
                break;
            }
            self.cursor.at += 2;
            as_it_is = false;
        }
        self.cursor.at += 1;
        as_it_is
    }
}

/// The first quote or backslash. Most texts are short, and some are manifests themselves.
fn text_end(rest: &[u8]) -> usize {
    const SHORT: usize = 24;
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\\');
    match rest.iter().take(SHORT).position(is_end) {
        Some(end) => end,
        None => memchr2(b'"', b'\\', rest).unwrap_or(rest.len()),
    }
}

impl Scanner<'_> {
    /// The next event of what is JSON.
    pub(super) fn json(&mut self, json: Json) -> Event {
        let tokens = &mut self.tokens;
        let byte = tokens.skip_json_space();
        let start = tokens.cursor.at;
        let kind = match byte {
            b'"' => {
                let as_it_is = tokens.json_text();
                let inner = Span { start: offset(start + 1), end: offset(tokens.cursor.at - 1) };
                let text = if as_it_is { Text::Source(inner) } else { Text::Written(inner, Form::Double) };
                Kind::Scalar(Style::Double, text)
            }
            b'{' | b'[' => {
                tokens.cursor.at += 1;
                self.state = State::Json(Json { depth: json.depth + 1, ..json });
                if byte == b'{' { Kind::MappingStart(true) } else { Kind::SequenceStart(true) }
            }
            b'}' | b']' => {
                tokens.cursor.at += 1;
                let end = token::offset(tokens.cursor.at);
                if json.depth > 1 {
                    self.state = State::Json(Json { depth: json.depth - 1, ..json });
                } else {
                    tokens.leave_json(json);
                    self.pop();
                }
                let kind = if byte == b'}' { Kind::MappingEnd } else { Kind::SequenceEnd };
                return event(kind, Span { start: offset(start), end });
            }
            _ => {
                // at least one byte, so that there is an end in any case
                tokens.cursor.at += 1;
                while is_json_word(tokens.cursor.peek()) {
                    tokens.cursor.at += 1;
                }
                let span = Span { start: offset(start), end: offset(tokens.cursor.at) };
                Kind::Scalar(Style::Plain, Text::Source(span))
            }
        };
        event(kind, Span { start: offset(start), end: offset(self.tokens.cursor.at) })
    }
}

/// Looks whether a value in brackets is JSON that YAML reads in the same way.
struct Reader<'s> {
    bytes: &'s [u8],
    at: usize,
    /// Whether tabs are white space here.
    has_tabs: bool,
    has_plain: bool,
    depth: usize,
    /// Which of the brackets are those of lists: a bit for each.
    lists: [u64; MAX_DEPTH.div_ceil(64)],
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' | b'\n' | b'\r' => self.at += 1,
                b'\t' if self.has_tabs => self.at += 1,
                byte => return byte,
            }
        }
    }

    /// Goes behind the bracket that closes the first one.
    fn whole(&mut self) -> Option<()> {
        self.open()?;
        let mut is_empty = true;
        loop {
            if !(is_empty && self.at_closing()) && self.opens()? {
                is_empty = true;
                continue;
            }
            if self.ends()? {
                return Some(());
            }
            is_empty = false;
        }
    }

    fn at_closing(&mut self) -> bool {
        self.next() == if self.in_list() { b']' } else { b'}' }
    }

    /// Goes to the end of a value, or into its brackets: whether it has some.
    fn opens(&mut self) -> Option<bool> {
        if !self.in_list() {
            self.next();
            self.key()?;
        }
        match self.next() {
            b'"' => self.text()?,
            b'{' | b'[' => {
                self.open()?;
                return Some(true);
            }
            _ => self.plain()?,
        }
        Some(false)
    }

    /// Goes behind a value, and the brackets that end with it: whether that was the first one.
    fn ends(&mut self) -> Option<bool> {
        loop {
            match (self.next(), self.in_list()) {
                (b',', _) => {
                    self.at += 1;
                    return Some(false);
                }
                (b']', true) | (b'}', false) => {
                    self.at += 1;
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(true);
                    }
                }
                _ => return None,
            }
        }
    }

    fn in_list(&self) -> bool {
        let last = self.depth.saturating_sub(1);
        self.lists.get(last / 64).is_some_and(|bits| bits >> (last % 64) & 1 == 1)
    }

    fn open(&mut self) -> Option<()> {
        let bits = self.lists.get_mut(self.depth / 64).filter(|_| self.depth < MAX_DEPTH)?;
        let bit = 1 << (self.depth % 64);
        if self.bytes.get(self.at) == Some(&b'[') {
            *bits |= bit;
        } else {
            *bits &= !bit;
        }
        self.depth += 1;
        self.at += 1;
        Some(())
    }

    /// A key, and the `:` on its line.
    fn key(&mut self) -> Option<()> {
        let start = self.at;
        (self.peek() == b'"').then(|| self.text())??;
        while self.peek() == b' ' {
            self.at += 1;
        }
        let is_key = self.peek() == b':' && self.at - start <= MAX_KEY;
        self.at += 1;
        is_key.then_some(())
    }

    fn text(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            while is_json_text(self.peek()) {
                self.at += 1;
            }
            match self.peek() {
                b'"' => break,
                b'\\' => self.at += escape_length(self.bytes, self.at)?,
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    /// A number or a word.
    fn plain(&mut self) -> Option<()> {
        self.has_plain = true;
        let rest = self.bytes.get(self.at..)?;
        let length = rest.iter().position(|byte| !is_json_word(*byte))?;
        let is_value = match rest.get(..length)? {
            b"true" | b"false" | b"null" => true,
            [b'-', digits @ ..] | digits => {
                digits.first().is_some_and(u8::is_ascii_digit)
                    && digits.iter().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(byte))
            }
        };
        self.at += length;
        is_value.then_some(())
    }
}
