//! Files of lines: units of systemd, environment files, and lists of flags. Lines that end in a backslash go on.

use crate::yaml::{Comment, Span};

/// A line with those that it goes on in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// Its text, line breaks and backslashes included.
    pub(super) text: &'t str,
    /// Where it begins in the file.
    pub(super) start: usize,
}

/// The lines of a text [without comments](without_comments) that hold something.
pub(super) fn logical(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        if matches!(body, "" | "\\") && open.is_none() {
            continue;
        }
        let first = *open.get_or_insert(start);
        if !body.ends_with('\\') {
            lines.extend(text.get(first..at).map(|text| Line { text, start: first }));
            open = None;
        }
    }
    if let Some(first) = open {
        lines.extend(text.get(first..).map(|text| Line { text, start: first }));
    }
    lines
}

/// The text with comments blanked out, so that every byte stays where it is.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_start();
        if body.starts_with('#') || body.starts_with(';') {
            // a line that goes on goes on behind a comment
            let end = line.len() - usize::from(line.ends_with('\n'));
            out.extend(std::iter::repeat_n(' ', end.saturating_sub(1)));
            out.push('\\');
            out.push_str(line.get(end..).unwrap_or_default());
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The comments of such a file.
pub fn comments(text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start();
        if body.starts_with('#') {
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let start = at + line.len() - body.len();
            let span = Span { start: offset(start), end: offset(start + body.trim_end().len()) };
            comments.push(Comment { span, trailing: false });
        }
        at += line.len();
    }
    comments
}
