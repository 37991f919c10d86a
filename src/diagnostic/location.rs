//! Where something is.

use super::Text;
use crate::yaml::{FileId, Span};

/// A place in the input with what to say about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Location {
    /// The file; the first one where there is only one.
    pub file: FileId,
    /// The bytes in it. Nothing is shown of an empty span in a file without a text.
    pub span: Span,
    /// What to say there; may be empty.
    pub label: Text,
}

impl Location {
    /// A place of a file, with what to say there.
    pub fn new(file: FileId, span: Span, label: impl Into<Text>) -> Self {
        Self { file, span, label: label.into() }
    }
}

impl From<Span> for Location {
    fn from(span: Span) -> Self {
        Self { span, ..Self::default() }
    }
}
