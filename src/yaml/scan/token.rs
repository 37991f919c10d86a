//! The tokens between bytes and events, and the queue that holds them until it is known whether they are keys.

use super::super::span::Span;
use super::event::{Form, Style, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    StreamEnd,
    VersionDirective,
    TagDirective,
    OtherDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequence,
    BlockMapping,
    BlockEnd,
    /// The span begins with the dash and ends where the item begins on the line.
    Entry,
    FlowSequence,
    FlowSequenceEnd,
    FlowMapping,
    FlowMappingEnd,
    Comma,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar(Style, Text),
}

impl Kind {
    pub(super) fn is_directive(self) -> bool {
        matches!(self, Self::VersionDirective | Self::TagDirective | Self::OtherDirective)
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

impl Token {
    pub(super) fn new(kind: Kind, start: usize, end: usize) -> Self {
        Self { kind, span: Span { start: offset(start), end: offset(end) } }
    }
}

/// A scalar without quotes.
pub(super) fn scalar(start: usize, end: usize, is_folded: bool) -> Token {
    let span = Span { start: offset(start), end: offset(end) };
    let text = if is_folded { Text::Written(span, Form::Plain) } else { Text::Source(span) };
    Token { kind: Kind::Scalar(Style::Plain, text), span }
}

/// Spans end at 4 GiB, and no longer text is read.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// First in, first out; a key is put in before what was taken for a value.
#[derive(Debug, Default)]
pub(super) struct Queue {
    tokens: Vec<Token>,
    head: usize,
    /// How many were taken.
    taken: usize,
}

impl Queue {
    pub(super) fn first(&self) -> Option<&Token> {
        self.tokens.get(self.head)
    }

    pub(super) fn last(&self) -> Option<&Token> {
        self.tokens.last()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Tokens that nobody has taken.
    pub(super) fn waiting(&self) -> &[Token] {
        self.tokens.get(self.head..).unwrap_or_default()
    }

    /// The number of the token that is the next to be taken.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// The number that the next token will have.
    pub(super) fn next_number(&self) -> usize {
        self.taken + self.tokens.len() - self.head
    }

    pub(super) fn push(&mut self, token: Token) {
        self.tokens.push(token);
    }

    /// Before the token of that number.
    pub(super) fn insert(&mut self, number: usize, token: Token) {
        let at = self.head + number.saturating_sub(self.taken);
        self.tokens.insert(at.min(self.tokens.len()), token);
    }

    pub(super) fn skip(&mut self) {
        self.taken += 1;
        self.head += 1;
        if self.head >= self.tokens.len() {
            self.tokens.clear();
            self.head = 0;
        }
    }

    pub(super) fn clear(&mut self) {
        self.tokens.clear();
        (self.head, self.taken) = (0, 0);
    }
}
