//! Scalars asked for by type.

use super::{Node, Value};

impl<'d> Node<'d, '_> {
    /// Whether it is a scalar that reads as null.
    pub fn is_null(self) -> bool {
        matches!(self.value(), Some(Ok(Value::Null)))
    }

    /// A boolean, as kubectl reads it.
    pub fn as_bool(self) -> Option<bool> {
        match self.value() {
            Some(Ok(Value::Bool(value))) => Some(value),
            _ => None,
        }
    }

    /// A whole number, as kubectl reads it.
    pub fn as_int(self) -> Option<i128> {
        match self.value() {
            Some(Ok(Value::Int(value))) => Some(value),
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
