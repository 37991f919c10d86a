//! Anchors, aliases and tags.

use std::collections::HashMap;

use super::super::scalar::Tag;
use super::cursor::{is_flow, is_space};
use super::problem::{Reason, Result};
use super::token::Kind;
use super::tokens::Tokens;

const STANDARD: &str = "tag:yaml.org,2002:";

impl Tokens<'_> {
    /// `&name` or `*name`
    pub(super) fn fetch_name(&mut self, kind: Kind) -> Result<()> {
        self.save_key();
        self.key_allowed = false;
        let start = self.cursor.at;
        self.cursor.at += 1;
        while is_word(self.cursor.peek()) {
            self.cursor.at += 1;
        }
        if self.cursor.at == start + 1 {
            return self.problem_at(start, Reason::Name(char::from(self.cursor.byte(start))));
        }
        let next = self.cursor.peek();
        if !is_space(next) && !matches!(next, b',' | b']' | b'}') {
            return self.problem(Reason::NameCharacter);
        }
        self.push(kind, start, self.cursor.at);
        Ok(())
    }

    pub(super) fn fetch_tag(&mut self) -> Result<()> {
        self.save_key();
        self.key_allowed = false;
        let start = self.cursor.at;
        let length = tag_length(self.cursor.bytes(start, self.cursor.end()));
        let Some(length) = length else { return self.problem(Reason::Tag) };
        self.cursor.at += length;
        let next = self.cursor.peek();
        let ends_in_flow = !self.flow.is_empty() && matches!(next, b',' | b']' | b'}');
        if !is_space(next) && !ends_in_flow {
            return self.problem_at(start, Reason::Tag);
        }
        self.push(Kind::Tag, start, self.cursor.at);
        Ok(())
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

pub(super) fn is_uri(byte: u8) -> bool {
    is_word(byte) || b"#;/?:@&=+$,.!~*'()[]%".contains(&byte)
}

pub(super) fn is_tag(byte: u8) -> bool {
    is_uri(byte) && byte != b'!' && !is_flow(byte)
}

/// `!<uri>`, `!handle!name`, `!name` or `!`
fn tag_length(bytes: &[u8]) -> Option<usize> {
    let count = |bytes: &[u8], fits: fn(u8) -> bool| bytes.iter().take_while(|byte| fits(**byte)).count();
    if let [b'!', b'<', rest @ ..] = bytes {
        let length = count(rest, is_uri);
        let uri = unescape(rest.get(..length)?)?;
        return (!uri.is_empty() && rest.get(length) == Some(&b'>')).then_some(length + 3);
    }
    let rest = bytes.get(1..)?;
    let word = count(rest, is_word);
    let handle = if rest.get(word) == Some(&b'!') { word + 2 } else { 1 };
    let suffix = bytes.get(handle..)?;
    let length = count(suffix, is_tag);
    unescape(suffix.get(..length)?)?;
    (handle == 1 || length > 0).then_some(handle + length)
}

/// Each `%` with two digits is a byte.
pub(super) fn unescape(mut text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    loop {
        match text {
            [b'%', first, second, rest @ ..] => {
                bytes.push(u8::try_from(super::quoted::hexadecimal(&[*first, *second], 2)?).ok()?);
                text = rest;
            }
            [b'%', ..] => return None,
            [byte, rest @ ..] => {
                bytes.push(*byte);
                text = rest;
            }
            [] => return String::from_utf8(bytes).ok(),
        }
    }
}

/// The whole name of a tag. `handles`: what directives say of this document.
pub(super) fn name(written: &str, handles: &HashMap<String, String>) -> std::result::Result<String, Reason> {
    let read = |text: &str| unescape(text.as_bytes()).ok_or(Reason::Tag);
    if written == "!" {
        return Ok(written.to_owned());
    }
    if let Some(uri) = written.strip_prefix("!<") {
        return read(uri.trim_end_matches('>'));
    }
    let second = written.get(1..).and_then(|rest| rest.find('!')).map_or(1, |at| at + 2);
    let (handle, suffix) = written.split_at_checked(second).unwrap_or((written, ""));
    let prefix = match handles.get(handle) {
        Some(prefix) => prefix.as_str(),
        None if handle == "!!" => STANDARD,
        None if handle == "!" => handle,
        None => return Err(Reason::Handle),
    };
    Ok(format!("{prefix}{}", read(suffix)?))
}

/// What a tag changes.
pub(super) fn known(name: &str) -> Tag {
    match name.strip_prefix(STANDARD) {
        Some("str") => Tag::Str,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("bool") => Tag::Bool,
        Some("null") => Tag::Null,
        Some("binary") => Tag::Binary,
        Some("merge") => Tag::Merge,
        // `! no` is the non-specific tag: a string
        _ if name == "!" => Tag::Str,
        _ => Tag::Other,
    }
}
