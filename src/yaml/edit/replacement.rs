//! Bytes that go, and what comes in their place.

use std::sync::Arc;

use crate::yaml::tree::Span;

/// A replacement of bytes of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go; none for an insertion.
    pub span: Span,
    /// What comes in their place.
    pub text: Arc<str>,
}

impl Edit {
    pub(super) fn new(start: usize, end: usize, text: impl Into<Arc<str>>) -> Option<Self> {
        let span = Span { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? };
        Some(Self { span, text: text.into() })
    }

    /// Whether the order of the two would matter, so that they cannot be applied together.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (self.span, other.span);
        if a.is_empty() || b.is_empty() {
            return a.start <= b.end && b.start <= a.end;
        }
        a.start < b.end && b.start < a.end
    }
}

/// Edits that cannot be applied together, or not to this text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("two edits concern the same place, at byte {0}")]
pub struct Overlap(pub u32);

/// Applies edits in any order. `Err` if two of them overlap, or one is no part of the text.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Overlap> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut before: Option<&Edit> = None;
    for edit in sorted {
        let overlap = Overlap(edit.span.start);
        if before.is_some_and(|before| before.overlaps(edit)) {
            return Err(overlap);
        }
        out.push_str(text.get(at..edit.span.start as usize).ok_or(overlap)?);
        text.get(edit.span.range()).ok_or(overlap)?;
        out.push_str(&edit.text);
        at = edit.span.end as usize;
        before = Some(edit);
    }
    out.push_str(text.get(at..).ok_or(Overlap(u32::MAX))?);
    Ok(out)
}
