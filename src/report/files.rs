//! The files of an outcome, with the lines of those of which something is said.

use std::cell::OnceCell;
use std::ops::Range;

use crate::check::Outcome;
use crate::diagnostic::text::line;
use crate::diagnostic::{Diagnostic, Fix, Location};
use crate::k8s::secret;
use crate::yaml::edit::Edit;
use crate::yaml::{self, FileId, Source, Span};

/// About how many bytes of a file are searched for secrets at a time: around a place that is shown, not all of a large file.
const PART: usize = 64 * 1024;

/// So far around a place lies all that is shown with it.
const AROUND: u32 = 64 * 1024;

/// An outcome and its files.
pub(super) struct Files<'a> {
    pub(super) outcome: &'a Outcome,
    sources: Vec<OnceCell<Option<Source>>>,
    parts: Vec<OnceCell<Vec<Part>>>,
    /// Whether a file may hold a Secret.
    secrets: Vec<OnceCell<bool>>,
    /// What the findings say that no report may show, by file and place.
    hidden: Vec<Vec<Span>>,
}

/// Some documents of a file, and what of them no report may show: in order, and apart from each other.
struct Part {
    range: Range<usize>,
    hidden: OnceCell<Vec<Span>>,
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
                spans.extend_from_slice(finding.masks());
            }
        }
        for spans in &mut hidden {
            spans.sort_unstable();
        }
        let sources = outcome.files.iter().map(|_| OnceCell::new()).collect();
        let parts = outcome.files.iter().map(|_| OnceCell::new()).collect();
        let secrets = outcome.files.iter().map(|_| OnceCell::new()).collect();
        Self { outcome, sources, parts, secrets, hidden }
    }

    /// What a file is called, for programs.
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

    /// Whether a file may hold a Secret, read or not.
    pub(super) fn may_hold_secrets(&self, file: FileId) -> bool {
        let look = || self.source(file).is_some_and(|source| source.text().contains("Secret"));
        self.secrets.get(file.0 as usize).is_some_and(|known| *known.get_or_init(look))
    }

    /// What no report may show of a file around a place.
    pub(super) fn hidden(&self, file: FileId, at: Span) -> &[Span] {
        let index = file.0 as usize;
        let (Some(source), Some(parts)) = (self.source(file), self.parts.get(index)) else { return &[] };
        let parts = parts.get_or_init(|| {
            let ranges = yaml::split(source.text(), PART).into_iter();
            ranges.map(|range| Part { range, hidden: OnceCell::new() }).collect()
        });
        let begin = at.start as usize;
        let after = parts.partition_point(|part| part.range.end <= begin);
        let Some(part) = parts.get(after).or(parts.last()) else { return &[] };
        let spans = part.hidden.get_or_init(|| {
            let mut spans = secret::places(source.text(), part.range.clone());
            let known = self.hidden.get(index).map_or(&[][..], Vec::as_slice);
            let first = known.partition_point(|span| (span.start as usize) < part.range.start);
            spans.extend(known.iter().skip(first).take_while(|span| (span.start as usize) < part.range.end));
            joined(spans)
        });
        let first = spans.partition_point(|span| span.end < at.start.saturating_sub(AROUND));
        let last = spans.partition_point(|span| span.start <= at.end.max(at.start).saturating_add(AROUND));
        spans.get(first..last).unwrap_or_default()
    }

    /// The fix of a finding; `None` if it repeats what no report may show.
    pub(super) fn fix(&self, finding: &'a Diagnostic) -> Option<&'a Fix> {
        let file = finding.file();
        let repeats_secret = |edit: &Edit| {
            let before = self.source(file).and_then(|source| source.text().get(edit.span.range())).unwrap_or_default();
            let value = before.trim_matches(['"', '\'']);
            // most edits write what the rule says, not what was there
            let repeats = !value.is_empty() && edit.text.contains(value);
            let touches = |span: &Span| span.start < edit.span.end && edit.span.start < span.end;
            repeats && self.hidden(file, edit.span).iter().any(touches)
        };
        finding.fix.as_deref().filter(|fix| !fix.edits.iter().any(repeats_secret))
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

    /// `file:line:column`, or only the file if there is no such place, as people read it.
    pub(super) fn place(&self, location: &Location) -> String {
        let name = self.name(location.file);
        match self.position(location.file, location.span.start) {
            // as a whole: the end of a name and a colon may be a command of a runner together
            Some(Position { line: row, column }) => line(&format!("{name}:{row}:{column}")).into_owned(),
            None => line(name).into_owned(),
        }
    }
}

/// The same places in order, and those that overlap as one.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let overlaps = next.start <= last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    spans
}
