//! What the scanner says.

use super::super::scalar::Tag;
use super::super::span::Span;

/// One event, with the bytes that it is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// What it is.
    pub kind: Kind,
    /// From its first byte to its last. A collection in block style begins with its first key or dash, and its end has no bytes.
    pub span: Span,
    /// What stands before a node.
    pub properties: Properties,
}

/// The anchor and the tag of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Properties {
    /// The number of the anchor; none is 0.
    pub anchor: u32,
    /// What the tag changes. Its whole name is [`super::Scanner::tag`].
    pub(in super::super) tag: Tag,
}

impl Properties {
    pub(in super::super) const NONE: Self = Self { anchor: 0, tag: Tag::None };

    /// Whether there is a tag.
    pub fn has_tag(self) -> bool {
        self.tag != Tag::None
    }

    /// Whether anything stands before the node.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// After the last document.
    StreamEnd,
    /// With `---`, or without.
    DocumentStart(bool),
    /// With `...`, or without.
    DocumentEnd,
    /// The number of the anchor that it names.
    Alias(u32),
    /// A scalar.
    Scalar(Style, Text),
    /// Whether it is written with brackets.
    SequenceStart(bool),
    /// After the last item.
    SequenceEnd,
    /// Whether it is written with braces.
    MappingStart(bool),
    /// After the last entry.
    MappingEnd,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// After `|`.
    Literal,
    /// After `>`.
    Folded,
}

/// Where the value of a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// It stands in the text as it is.
    Source(Span),
    /// It has to be made of these bytes: [`super::decode()`].
    Written(Span, Form),
}

/// How a value is written that does not stand there as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines without quotes.
    Plain,
    /// What is between single quotes.
    Single,
    /// What is between double quotes.
    Double,
    /// The lines after the header of a block.
    Block {
        /// Whether lines are joined.
        folded: bool,
        /// What becomes of the line breaks at the end.
        chomping: Chomping,
        /// The spaces that each line begins with.
        indent: u32,
    },
}

/// What becomes of the line breaks at the end of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chomping {
    /// One stays.
    Clip,
    /// None stays.
    Strip,
    /// All stay.
    Keep,
}
