//! Scalars asked for by type.

use super::fingerprint::Fingerprint;
use super::resolve::{self, ResolveError};
use super::scalar::{Style, Tag};
use super::tree::Data;
use super::{Node, Value};

impl<'d> Node<'d, '_> {
    /// Whether it is a scalar that reads as null.
    pub fn is_null(self) -> bool {
        let Some(Data::Scalar { text, print, style, tag, .. }) = self.data() else { return false };
        let is_plain = match tag {
            Tag::None => *style == Style::Plain,
            Tag::Null => true,
            _ => false,
        };
        let may_be = is_plain
            && match (print.length(), print.first()) {
                (0, _) | (1, b'~') | (4, b'n' | b'N') => true,
                _ => *print == Fingerprint::UNKNOWN,
            };
        may_be && matches!(resolve::plain(self.document.text(*text)), Ok(Value::Null))
    }

    /// The value, unless the fingerprint of its text tells that it is another one.
    fn value_if(self, may_be: fn(Fingerprint) -> bool) -> Option<Result<Value<'d>, ResolveError>> {
        let Some(Data::Scalar { print, .. }) = self.data() else { return None };
        if *print == Fingerprint::UNKNOWN || may_be(*print) { self.value() } else { None }
    }

    /// A boolean, as kubectl reads it.
    pub fn as_bool(self) -> Option<bool> {
        match self.value_if(|print| print.length() <= resolve::MAX_WORD)? {
            Ok(Value::Bool(value)) => Some(value),
            _ => None,
        }
    }

    /// A whole number, as kubectl reads it.
    pub fn as_int(self) -> Option<i128> {
        match self.value_if(|print| matches!(print.first(), b'+' | b'-' | b'0'..=b'9'))? {
            Ok(Value::Int(value)) => Some(value),
            _ => None,
        }
    }

    /// A string, as kubectl reads it; numbers and booleans are none.
    pub fn as_str(self) -> Option<&'d str> {
        match self.value() {
            Some(Ok(Value::Str(_))) => self.text(),
            _ => None,
        }
    }
}
