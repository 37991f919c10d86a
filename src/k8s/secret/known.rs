//! Credentials that show what they are, and the names of secrets (`data/secrets.txt`).

use std::sync::LazyLock;

use crate::k8s::table::{Read, Row, Source, checked, source};

const SECRETS: Source = source!("secrets.txt");

static KNOWN: LazyLock<Known> = LazyLock::new(|| checked(Known::read()));

/// The table, read at its first use.
pub(super) fn known() -> &'static Known {
    &KNOWN
}

/// What secrets look like, and what they are called.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Credentials by their beginnings.
    prefixes: Vec<Prefix>,
    /// The least length among them.
    pub(super) shortest: usize,
    /// Credentials by the keys of connection strings.
    assignments: Vec<Assignment>,
    /// Beginnings of what is not shown, and the least length of each.
    masks: Vec<(&'static str, usize)>,
    /// Names whose values are not shown.
    pub(super) hidden: Vec<&'static str>,
    /// Parts of names whose values are secret.
    pub(super) names: Vec<&'static str>,
    /// Ends of names that point at a secret instead of holding it, or that measure it.
    pub(super) pointers: Vec<&'static str>,
    /// Words that the keys of Secrets are made of.
    pub(super) keys: Vec<&'static str>,
    /// Beginnings of values that say where a secret is to be had.
    pub(super) references: Vec<&'static str>,
}

#[derive(Debug)]
struct Prefix {
    text: &'static str,
    length: usize,
    is_alnum: bool,
    kind: &'static str,
}

#[derive(Debug)]
struct Assignment {
    key: &'static str,
    length: usize,
    kind: &'static str,
}

impl Known {
    pub(crate) fn read() -> Read<Self> {
        let mut known = Self::default();
        for row in SECRETS.rows().filter(|row| !row.is_at_end()) {
            match row.peek() {
                "prefix" => known.prefixes.push(prefix(row)?),
                "mask" => known.masks.push(mask(row)?),
                "hidden" => known.hidden.push(only(row, "a name in upper case", name)?),
                "assignment" => known.assignments.push(assignment(row)?),
                "name" => known.names.push(only(row, "a name that holds one of the hints of `known.rs`", hinted)?),
                "pointer" => known.pointers.push(only(row, "an ending with `_` before it", after_a_word)?),
                "reference" => known.references.push(only(row, "the beginning of a value", Some)?),
                "key" => known.keys.push(only(row, "a word in upper case", upper_case)?),
                _ => {
                    return Err(row.bad(
                        "expected `prefix`, `mask`, `hidden`, `assignment`, `name`, `pointer`, `reference` or `key`",
                    ));
                }
            }
        }
        known.shortest = known.prefixes.iter().map(|prefix| prefix.length).min().unwrap_or_default();
        Ok(known)
    }

    /// What credential stands in a word, if one does.
    pub(super) fn credential(&self, word: &str) -> Option<&'static str> {
        if word.len() < self.shortest {
            return None;
        }
        let starts = word.bytes().enumerate().scan(false, |in_word, (at, byte)| {
            let starts = byte.is_ascii_alphanumeric() && !*in_word;
            *in_word = byte.is_ascii_alphanumeric();
            Some(starts.then_some(at))
        });
        starts
            .flatten()
            .filter_map(|at| word.get(at..))
            .find_map(|rest| self.prefixes.iter().find(|prefix| prefix.begins(rest)).map(|prefix| prefix.kind))
    }

    /// Whether something in a word is not shown, by its beginning.
    pub(super) fn is_masked(&self, word: &str) -> bool {
        let mut before = None;
        word.char_indices().any(|(at, character)| {
            let begins = before.replace(character).is_none_or(|before| !before.is_ascii_alphanumeric());
            begins && word.get(at..).is_some_and(|rest| self.masks.iter().any(|mask| is_mask(mask, rest)))
        })
    }

    /// What credential a connection string holds, if it holds one.
    pub(super) fn assigned(&self, text: &str) -> Option<&'static str> {
        self.assignments.iter().find(|assignment| assignment.is_in(text)).map(|assignment| assignment.kind)
    }
}

impl Prefix {
    /// Whether a text begins with such a credential.
    fn begins(&self, text: &str) -> bool {
        let is_token = |c: char| c.is_ascii_alphanumeric() || !self.is_alnum && matches!(c, '_' | '-' | '.');
        let Some(rest) = text.strip_prefix(self.text) else { return false };
        let rest = rest.split(|c| !is_token(c)).next().unwrap_or_default();
        let token = text.get(..self.text.len() + rest.len()).unwrap_or_default();
        let is_random = token.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        token.len() >= self.length && is_random
    }
}

impl Assignment {
    /// Whether a text has `AccountKey=` and such a value.
    fn is_in(&self, text: &str) -> bool {
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let is_long = |value: &str| value.bytes().take_while(is_base64).count() >= self.length;
        let values = |text| <str>::split(text, self.key).skip(1).filter_map(|after| after.strip_prefix('='));
        text.len() > self.key.len() + self.length && values(text).any(is_long)
    }
}

fn is_mask((begin, length): &(&str, usize), text: &str) -> bool {
    text.len() >= *length && text.starts_with(begin)
}

/// `ya29. 10`.
fn mask(mut row: Row) -> Read<(&'static str, usize)> {
    row.word("a word")?;
    let begin = row.read("a beginning", Some)?;
    let length = row.read("how long it is at least, more than its beginning", |word| length(word, begin))?;
    row.finish()?;
    Ok((begin, length))
}

fn name(word: &str) -> Option<&str> {
    Some(word).filter(|word| word.split('_').all(|part| !part.is_empty() && upper_case(part).is_some()))
}

/// `ghp_ 36 any a GitHub token`.
fn prefix(mut row: Row) -> Read<Prefix> {
    row.word("a word")?;
    let text = row.read("a beginning that starts with a letter", starts_with_a_letter)?;
    let length = row.read("how long it is at least, more than its beginning", |word| length(word, text))?;
    let is_alnum = row.read("`any` or `alnum`", |word| match word {
        "any" => Some(false),
        "alnum" => Some(true),
        _ => None,
    })?;
    Ok(Prefix { text, length, is_alnum, kind: row.text("what it is")? })
}

fn starts_with_a_letter(word: &str) -> Option<&str> {
    Some(word).filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn length(word: &str, text: &str) -> Option<usize> {
    word.parse().ok().filter(|length| *length > text.len())
}

/// `AccountKey 80 an Azure storage key`.
fn assignment(mut row: Row) -> Read<Assignment> {
    row.word("a word")?;
    let key = row.read("a key that starts with a letter", starts_with_a_letter)?;
    let length = row.read("how long its value is at least", |word| length(word, ""))?;
    Ok(Assignment { key, length, kind: row.text("what it is")? })
}

/// The one word behind the first.
fn only(mut row: Row, what: &str, read: impl FnOnce(&'static str) -> Option<&'static str>) -> Read<&'static str> {
    row.word("a word")?;
    let word = row.read(what, read)?;
    row.finish()?;
    Ok(word)
}

/// A name without a hint would never be found.
fn hinted(word: &str) -> Option<&str> {
    Some(word).filter(|word| hints_at_secret(word) && !word.contains(|c: char| c.is_ascii_lowercase()))
}

fn upper_case(word: &str) -> Option<&str> {
    Some(word).filter(|word| word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()))
}

fn after_a_word(word: &str) -> Option<&str> {
    Some(word).filter(|word| word.starts_with('_') && !word.contains(|c: char| c.is_ascii_lowercase()))
}

/// Whether a name or a line has a word for secrets in it: nearly all end here, so it is one pass without a copy.
pub(super) fn hints_at_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let hints: &[&[u8]] = match byte.to_ascii_lowercase() {
            b'c' => &[b"credential"],
            b'k' => &[b"key"],
            b'p' => &[b"pass", b"pwd"],
            b's' => &[b"secret"],
            b't' => &[b"token"],
            _ => return false,
        };
        hints.iter().any(|hint| bytes.get(at..at + hint.len()).is_some_and(|part| part.eq_ignore_ascii_case(hint)))
    })
}
