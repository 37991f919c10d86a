//! How a problem with its places is drawn, in the style of rustc.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::yaml::{Source, Span};

/// A line longer than this is not shown: a whole file on one line, as programs write JSON, helps nobody.
const LONG_LINE: usize = 2048;
/// Places of one file farther apart than this are shown as pieces of their own, so that what is between them costs nothing.
const FAR: usize = 32 * 1024;
/// Columns to fill.
const WIDTH: usize = 100;

/// What is drawn.
#[derive(Debug)]
pub struct Drawing<'a> {
    /// The first word and the colours.
    pub level: Level<'a>,
    /// What stands in brackets behind the first word.
    pub id: Option<&'a str>,
    /// One line: what is wrong.
    pub message: &'a str,
    /// Where; the first is the place itself, the others explain it.
    pub places: Vec<Shown<'a>>,
    /// Lines at the end.
    pub footers: Vec<(Level<'a>, Cow<'a, str>)>,
}

/// A place that is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The text.
    pub source: &'a Source,
    /// The bytes in it.
    pub span: Span,
    /// What to say there.
    pub label: &'a str,
    /// What of the text is not shown.
    pub mask: Mask<'a>,
}

/// What of a text is replaced by asterisks.
#[derive(Debug, Clone, Copy)]
pub enum Mask<'a> {
    /// These bytes.
    Spans(&'a [Span]),
    /// Everything but keys: nobody knows where in these lines a secret stands.
    Values,
}

/// Draws it, with an empty line at the end.
pub fn draw(drawing: &Drawing<'_>) -> String {
    let mut title = drawing.level.clone().primary_title(drawing.message);
    if let Some(id) = drawing.id {
        title = title.id(id);
    }
    let mut group = Group::with_title(title);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut notes = Vec::new();
    for (index, shown) in drawing.places.iter().enumerate() {
        let span = first_line(shown.source.text(), shown.span);
        let (line, column) = shown.source.position(span.start);
        let lines = shown.source.line(line);
        if lines.len() > LONG_LINE {
            let name = shown.source.name();
            if index == 0 {
                group = group.element(Origin::path(name).line(line).char_column(column));
                notes.extend((!shown.label.is_empty()).then(|| shown.label.to_owned()));
            } else {
                notes.push(format!("{name}:{line}:{column}: {}", shown.label));
            }
            continue;
        }
        let mark = Mark { span, label: shown.label, primary: index == 0 };
        match pieces.iter_mut().find(|piece| piece.takes(shown.source, &lines)) {
            Some(piece) => piece.add(&lines, mark, shown.mask),
            None => pieces.push(Piece { source: shown.source, lines, marks: vec![mark], masks: vec![shown.mask] }),
        }
    }
    for piece in pieces {
        group = group.element(piece.snippet());
    }
    for note in notes {
        group = group.element(Level::NOTE.message(note));
    }
    for (level, text) in &drawing.footers {
        group = group.element(level.clone().message(text.as_ref()));
    }
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii).term_width(WIDTH);
    renderer.render(&[group]) + "\n\n"
}

/// Lines that are shown together.
struct Piece<'a> {
    source: &'a Source,
    lines: Range<usize>,
    marks: Vec<Mark<'a>>,
    masks: Vec<Mask<'a>>,
}

struct Mark<'a> {
    span: Range<usize>,
    label: &'a str,
    primary: bool,
}

impl<'a> Piece<'a> {
    fn takes(&self, source: &Source, lines: &Range<usize>) -> bool {
        let together = self.lines.start.min(lines.start)..self.lines.end.max(lines.end);
        std::ptr::eq(self.source, source) && together.len() <= FAR
    }

    fn add(&mut self, lines: &Range<usize>, mark: Mark<'a>, hides: Mask<'a>) {
        self.lines = self.lines.start.min(lines.start)..self.lines.end.max(lines.end);
        self.marks.push(mark);
        self.masks.push(hides);
    }

    fn snippet(self) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let (line, _) = self.source.position(self.lines.start);
        let start = self.lines.start;
        let marks = self.marks.into_iter().map(|mark| {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(mark.span.start - start..mark.span.end - start);
            if mark.label.is_empty() { annotation } else { annotation.label(mark.label) }
        });
        Snippet::source(shown(&self.masks, self.source.text(), self.lines))
            .path(self.source.name())
            .line_start(line)
            .annotations(marks)
    }
}

/// A span within the text, cut to its first line so that a long value does not fill the screen.
fn first_line(text: &str, span: Span) -> Range<usize> {
    let Range { start, end } = span.range();
    let start = start.min(text.len());
    let end = end.clamp(start, text.len());
    let line = text.get(start..end).and_then(|text| text.lines().next()).map_or(0, |line| line.trim_end().len());
    start..start + line
}

/// A range of a text with as many bytes as before, so that every span keeps its place.
fn shown<'t>(masks: &[Mask<'_>], text: &'t str, range: Range<usize>) -> Cow<'t, str> {
    let start = range.start;
    let mut shown = Cow::Borrowed(text.get(range).unwrap_or_default());
    for mask in masks {
        if let Cow::Owned(masked) = mask.masked(&shown, start) {
            shown = Cow::Owned(masked);
        }
    }
    // the renderer would show the end of a Windows line as a character of its own
    if shown.contains('\r') { Cow::Owned(shown.replace('\r', " ")) } else { shown }
}

/// A text without what `spans` hide of it, as long as before.
pub fn masked<'t>(text: &'t str, spans: &[Span]) -> Cow<'t, str> {
    Mask::Spans(spans).masked(text, 0)
}

impl Mask<'_> {
    /// `part` of a text, which begins at the byte `start` of it.
    fn masked<'t>(&self, part: &'t str, start: usize) -> Cow<'t, str> {
        match self {
            Mask::Spans(spans) => {
                let end = start + part.len();
                let ranges = spans.iter().map(|span| span.range());
                let near: Vec<Range<usize>> = ranges.filter(|span| span.start < end && span.end > start).collect();
                if near.is_empty() {
                    return Cow::Borrowed(part);
                }
                Cow::Owned(stars(part, |at| near.iter().any(|span| span.contains(&(start + at)))))
            }
            Mask::Values => {
                let masked = part.split_inclusive('\n').flat_map(|line| {
                    let (key, value) = line.split_at(key_length(line));
                    [key.to_owned(), stars(value, |_| true)]
                });
                Cow::Owned(masked.collect())
            }
        }
    }
}

/// The length of the key that a line begins with, with its indentation and colon.
fn key_length(line: &str) -> usize {
    let is_plain = |key: &str| {
        let key = key.trim_start().trim_start_matches("- ");
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./\"'".contains(&byte))
    };
    match line.split_once(':') {
        Some((key, rest)) if is_plain(key) && (rest.is_empty() || rest.starts_with([' ', '\r', '\n'])) => key.len() + 1,
        _ => 0,
    }
}

fn stars(text: &str, is_hidden: impl Fn(usize) -> bool) -> String {
    text.char_indices()
        .flat_map(|(at, character)| {
            let masked = !character.is_whitespace() && is_hidden(at);
            let (character, count) = if masked { ('*', character.len_utf8()) } else { (character, 1) };
            std::iter::repeat_n(character, count)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Mask, shown};
    use crate::yaml::Span;

    #[test]
    fn masks_bytes_or_all_values() {
        let text = "a: bß\n- key: |\n  secret:1\n  x: y\n";
        let secret = [Span { start: 3, end: 6 }];
        let spans = Mask::Spans(&secret);
        assert_eq!(shown(&[spans], text, 0..6), "a: ***");
        assert_eq!(shown(&[spans], text, 7..15), "- key: |");
        assert_eq!(shown(&[Mask::Values], text, 0..text.len()), "a: ***\n- key: *\n  ********\n  x: *\n");
        let others = [Span { start: 18, end: 24 }];
        assert_eq!(shown(&[spans, Mask::Spans(&others)], text, 0..27), "a: ***\n- key: |\n  ******:1\n");
    }
}
