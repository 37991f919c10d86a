//! What type a scalar has. The rules are those of go-yaml v2 as sigs.k8s.io/yaml 1.6 carries it
//! (`goyaml.v2/resolve.go`), because that is what kubectl and the clients of the API server read with: YAML 1.1 words
//! such as `no` are booleans, `0644` is octal, underscores in numbers are skipped.

use std::borrow::Cow;

use super::base64;
use super::fingerprint::Fingerprint;
use super::scalar::{Style, Tag};

/// The longest of the words that are no strings: `false`.
pub(super) const MAX_WORD: usize = 5;

/// A scalar with its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing, `~` or `null`.
    Null,
    /// `true`, and `yes`, `on`, `y`.
    Bool(bool),
    /// An integer of either sign, up to 64 bits.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// Text.
    Str(Cow<'a, str>),
}

impl Value<'_> {
    /// What a message calls the type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Str(_) => "text",
        }
    }
}

/// Why kubectl cannot read a scalar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// JSON has no infinities.
    #[error("{0} is not a number that JSON can hold")]
    NotFinite(String),
    /// The tag says one type and the text another.
    #[error("`{0}` is not {1}")]
    Tag(String, &'static str),
    /// Nothing, or a number beyond 63 bits, where a key stands.
    #[error("`{0}` cannot be a key; it needs quotes")]
    Key(String),
    /// A list or a mapping where a key stands, as unrendered templates have it.
    #[error("{0} cannot be a key")]
    CollectionKey(&'static str),
}

pub(super) fn resolve(text: &str, style: Style, tag: Tag) -> Result<Value<'_>, ResolveError> {
    let mismatch = |expected| ResolveError::Tag(text.to_owned(), expected);
    match tag {
        Tag::Str | Tag::Merge | Tag::Other => return Ok(Value::Str(text.into())),
        Tag::Binary => return Ok(Value::Str(binary(text)?.into())),
        Tag::None if style != Style::Plain => return Ok(Value::Str(text.into())),
        _ => {}
    }
    let value = plain(text)?;
    let fits = match tag {
        Tag::Int => matches!(value, Value::Int(_)),
        Tag::Float => matches!(value, Value::Int(_) | Value::Float(_)),
        Tag::Bool => matches!(value, Value::Bool(_)),
        Tag::Null => matches!(value, Value::Null),
        _ => true,
    };
    if fits { Ok(value) } else { Err(mismatch(tag_name(tag))) }
}

/// What a text tagged `!!binary` stands for.
pub(super) fn binary(text: &str) -> Result<String, ResolveError> {
    let mismatch = |expected| ResolveError::Tag(text.to_owned(), expected);
    let bytes = base64::decode(text).ok_or_else(|| mismatch("base64 text"))?;
    String::from_utf8(bytes).map_err(|_| mismatch("base64 of UTF-8 text"))
}

fn tag_name(tag: Tag) -> &'static str {
    match tag {
        Tag::Int => "an integer",
        Tag::Float => "a number",
        Tag::Bool => "a boolean",
        _ => "null",
    }
}

/// The type of an unquoted, untagged scalar.
pub fn plain(text: &str) -> Result<Value<'_>, ResolveError> {
    let string = || Ok(Value::Str(text.into()));
    let Some(first) = text.bytes().next() else { return Ok(Value::Null) };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => Ok(word(text)),
        b'.' => match text {
            ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN" => Err(ResolveError::NotFinite(text.to_owned())),
            // here Go parses without asking for the YAML form first, but its grammar is the same for a leading dot
            _ => go_float(text).map_or_else(string, |number| Ok(Value::Float(number))),
        },
        b'+' | b'-' | b'0'..=b'9' => match text {
            "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => Err(ResolveError::NotFinite(text.to_owned())),
            _ => number(text).map_or_else(string, Ok),
        },
        _ => string(),
    }
}

/// Whether [`is_odd`] may say so of a text with this fingerprint.
pub(super) fn may_be_odd(print: Fingerprint) -> bool {
    print.length() <= MAX_WORD || matches!(print.first(), b'~' | b'.' | b'+' | b'-' | b'0'..=b'9')
}

/// Whether the text, without quotes, is no string, or is how a number or boolean is written in JSON. False for most keys.
pub(super) fn is_odd(text: &str) -> bool {
    match text.bytes().next() {
        None | Some(b'~' | b'.' | b'+' | b'-' | b'0'..=b'9') => true,
        _ => text.len() <= MAX_WORD && !matches!(word(text), Value::Str(_)),
    }
}

fn word(text: &str) -> Value<'_> {
    match text {
        "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ => Value::Str(text.into()),
    }
}

fn number(text: &str) -> Option<Value<'static>> {
    let plain: Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    if let Some(integer) = go_integer(&plain) {
        return Some(Value::Int(integer));
    }
    go_float(&plain).map(Value::Float)
}

/// Go's `ParseInt(text, 0, 64)` and `ParseUint`: prefixes `0x`, `0o`, `0b` and `0` for octal.
fn go_integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match lower.as_deref() {
        Some("0x") => (16, digits.get(2..)?),
        Some("0o") => (8, digits.get(2..)?),
        Some("0b") => (2, digits.get(2..)?),
        Some(_) if digits.starts_with('0') => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    // from_str_radix takes a sign of its own
    if !digits.bytes().next()?.is_ascii_alphanumeric() {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    let unsigned = !text.starts_with(['+', '-']);
    let maximum = if unsigned { i128::from(u64::MAX) } else { i128::from(i64::MAX) };
    (i128::from(i64::MIN)..=maximum).contains(&value).then_some(value)
}

/// A decimal number in go-yaml's form `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, if it is finite.
fn go_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at)?, Some(unsigned.get(at + 1..)?)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
    if !mantissa_fits || !exponent_fits {
        return None;
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}
