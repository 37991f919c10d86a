//! Changes to a text that keep everything else as it is.

use super::Span;

/// A replacement of bytes of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace; empty to insert.
    pub span: Span,
    /// What to write there.
    pub text: String,
}

/// Sets `path` below the mapping `map` to a value.
pub fn set(_text: &str, _map: super::Node<'_, '_>, _path: &[&str], _value: &serde_json::Value) -> Option<Edit> {
    None
}

/// Applies edits.
pub fn apply(text: &str, _edits: &[Edit]) -> Result<String, String> {
    Ok(text.to_owned())
}

/// Removes an entry of a mapping.
pub fn remove(_text: &str, _map: super::Node<'_, '_>, _key: &str) -> Option<Edit> {
    None
}

/// Removes a member of a sequence.
pub fn remove_item(_text: &str, _seq: super::Node<'_, '_>, _index: usize) -> Option<Edit> {
    None
}
