//! Places in a text.

use std::ops::Range;

/// Byte offsets into the source, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span as a range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the span covers nothing, as that of a value nobody wrote.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A comment, with its `#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From `#` to the end of the line.
    pub span: Span,
    /// Whether something else stands before it on its line.
    pub trailing: bool,
}
