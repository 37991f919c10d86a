//! The files of an outcome, with the lines of those of which something is said.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::check::Outcome;
use crate::rules::FileId;
use crate::yaml::{Source, Span};

/// An outcome and its files.
pub(super) struct Files<'a> {
    pub(super) outcome: &'a Outcome,
    sources: Vec<OnceCell<Option<Source>>>,
    /// What no report may show, by file.
    hidden: Vec<Vec<Span>>,
}

/// A line and a column, both from 1; a column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl<'a> Files<'a> {
    pub(super) fn new(outcome: &'a Outcome) -> Self {
        let mut hidden = vec![Vec::new(); outcome.files.len()];
        for finding in &outcome.findings {
            if let Some(spans) = hidden.get_mut(finding.file().0 as usize) {
                spans.extend_from_slice(&finding.hidden);
            }
        }
        Self { outcome, sources: outcome.files.iter().map(|_| OnceCell::new()).collect(), hidden }
    }

    /// What messages call a file.
    pub(super) fn name(&self, file: FileId) -> &'a str {
        self.outcome.files.get(file.0 as usize).map_or("", |file| &file.name)
    }

    /// The text of a file; `None` if it could not be read.
    pub(super) fn source(&self, file: FileId) -> Option<&Source> {
        let at = file.0 as usize;
        let lines = || {
            let file = self.outcome.files.get(at)?;
            file.text.as_ref().map(|text| Source::new(file.name.clone(), text.clone()))
        };
        self.sources.get(at)?.get_or_init(lines).as_ref()
    }

    /// What no report may show of a file.
    pub(super) fn hidden(&self, file: FileId) -> &[Span] {
        self.hidden.get(file.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The position of a byte of a file.
    pub(super) fn position(&self, file: FileId, at: u32) -> Option<Position> {
        let (line, column) = self.source(file)?.position(at as usize);
        Some(Position { line, column })
    }

    /// Where a span of a file begins, and the position after its last character.
    pub(super) fn range(&self, file: FileId, span: Span) -> Option<(Position, Position)> {
        Some((self.position(file, span.start)?, self.position(file, span.end.max(span.start))?))
    }

    /// `file:line:column`, or only the file if there is no such place.
    pub(super) fn place(&self, file: FileId, span: Option<Span>) -> String {
        let name = self.name(file);
        match span.and_then(|span| self.position(file, span.start)) {
            Some(Position { line, column }) => format!("{name}:{line}:{column}"),
            None => name.to_owned(),
        }
    }
}

/// A text in one line that does nothing to a terminal and can stand in XML: what a manifest says may be in a message.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let is_odd = |character: char| character.is_control() || matches!(character, '\u{FFFE}' | '\u{FFFF}');
    if text.contains(is_odd) { Cow::Owned(text.replace(is_odd, "\u{FFFD}")) } else { Cow::Borrowed(text) }
}
