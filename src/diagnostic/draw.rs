//! How a diagnostic with its places is drawn, in the style of rustc.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::text::{self, line};
use super::{Diagnostic, Location, Mask, Severity};
use crate::yaml::{Source, Span};

/// A line longer than this is not shown: a whole file on one line, as programs write JSON, helps nobody.
const LONG_LINE: usize = 2048;
/// Places of one file farther apart than this are shown as pieces of their own, so that what is between them costs nothing.
const FAR: usize = 32 * 1024;
/// Columns to fill.
const WIDTH: usize = 100;

/// The texts that diagnostics are about.
pub trait Sources {
    /// The text that a place is in, and what of it is not shown; `None` if there is nothing to show.
    fn source(&self, location: &Location) -> Option<(&Source, Mask<'_>)>;
}

/// A place that is drawn.
#[derive(Clone, Copy)]
struct Shown<'a> {
    source: &'a Source,
    span: Span,
    label: &'a str,
    mask: Mask<'a>,
}

/// Draws it, with an empty line at the end. `note` is a line below all others.
pub fn draw(diagnostic: &Diagnostic, sources: &dyn Sources, note: Option<&str>) -> String {
    let mut title = level(diagnostic.severity).primary_title(&*diagnostic.message);
    if !diagnostic.id.is_empty() {
        title = title.id(diagnostic.id);
    }
    let mut group = Group::with_title(title);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut notes = Vec::new();
    for (index, shown) in shown(diagnostic, sources).enumerate() {
        let span = first_line(shown.source.text(), shown.span);
        let (number, column) = shown.source.position(span.start);
        let lines = shown.source.line(number);
        if lines.len() > LONG_LINE {
            let name = line(shown.source.name());
            if index == 0 {
                group = group.element(Origin::path(name).line(number).char_column(column));
                notes.extend((!shown.label.is_empty()).then(|| shown.label.to_owned()));
            } else {
                notes.push(format!("{name}:{number}:{column}: {}", shown.label));
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
    for help in helps(diagnostic) {
        group = group.element(Level::HELP.message(help));
    }
    if let Some(note) = note {
        group = group.element(Level::NOTE.message(line(note)));
    }
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii).term_width(WIDTH);
    renderer.render(&[group]) + "\n\n"
}

fn level(severity: Severity) -> Level<'static> {
    let level = match severity {
        Severity::Error | Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium | Severity::Warning => Level::WARNING,
        Severity::Low => Level::INFO,
    };
    level.with_name(severity.as_str())
}

fn shown<'a>(diagnostic: &'a Diagnostic, sources: &'a dyn Sources) -> impl Iterator<Item = Shown<'a>> {
    diagnostic.locations().filter_map(|location| {
        let (source, mask) = sources.source(location)?;
        Some(Shown { source, span: location.span, label: &location.label, mask })
    })
}

/// What to do, and what `--fix` would do.
fn helps(diagnostic: &Diagnostic) -> impl Iterator<Item = Cow<'_, str>> {
    let fix = diagnostic.fix.as_ref().map(|fix| format!("{} (`{}` does it)", fix.title, fix.safety.flag()));
    diagnostic.help.as_deref().map(Cow::from).into_iter().chain(fix.map(Cow::from))
}

/// The diagnostics of one text as compilers show them, in the order of their places. `hidden` are places whose text must not
/// be shown, such as a password; it is replaced by asterisks wherever a line with it is printed.
pub fn render<'d>(source: &Source, diagnostics: impl IntoIterator<Item = &'d Diagnostic>, hidden: &[Span]) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.into_iter().collect();
    sorted.sort_by_key(|diagnostic| (diagnostic.span(), &diagnostic.message));
    let text = OneText { source, hidden };
    sorted.into_iter().map(|diagnostic| draw(diagnostic, &text, None)).collect()
}

/// One text, whichever file a place names.
struct OneText<'a> {
    source: &'a Source,
    hidden: &'a [Span],
}

impl Sources for OneText<'_> {
    fn source(&self, _: &Location) -> Option<(&Source, Mask<'_>)> {
        Some((self.source, Mask::Spans(self.hidden)))
    }
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
        let (number, _) = self.source.position(self.lines.start);
        let start = self.lines.start;
        let marks = self.marks.into_iter().map(|mark| {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(mark.span.start - start..mark.span.end - start);
            if mark.label.is_empty() { annotation } else { annotation.label(mark.label) }
        });
        Snippet::source(visible(&self.masks, self.source.text(), self.lines))
            .path(line(self.source.name()))
            .line_start(number)
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
fn visible<'t>(masks: &[Mask<'_>], text: &'t str, range: Range<usize>) -> Cow<'t, str> {
    let start = range.start;
    let mut shown = Cow::Borrowed(text.get(range).unwrap_or_default());
    for mask in masks {
        if let Cow::Owned(masked) = mask.masked(&shown, start) {
            shown = Cow::Owned(masked);
        }
    }
    if let Cow::Owned(safe) = text::source(&shown) {
        shown = Cow::Owned(safe);
    }
    // the renderer would show the end of a Windows line as a character of its own
    if shown.contains('\r') { Cow::Owned(shown.replace('\r', " ")) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::super::{Diagnostic, Mask};
    use super::{render, visible};
    use crate::yaml::{Source, Span};

    fn plain(source: &Source, diagnostic: &Diagnostic, hidden: &[Span]) -> String {
        anstream::adapter::strip_str(&render(source, [diagnostic], hidden)).to_string()
    }

    #[test]
    fn shows_the_place_and_hides_secrets() {
        let source = Source::new("tightship.yaml", "name: shop\nenv:\n  PASSWORD: hünter2\n");
        let secret = Span { start: 28, end: 36 };
        let diagnostic = Diagnostic::error(secret, "a secret").label("not here").help("use `secrets`");
        let text = plain(&source, &diagnostic, &[secret]);
        assert!(text.contains("--> tightship.yaml:3:13"), "{text}");
        assert!(text.contains("PASSWORD: ********") && !text.contains("nter2"), "{text}");
        assert!(text.contains("help: use `secrets`"), "{text}");
    }

    #[test]
    fn masks_of_several_places_add_up() {
        let text = "a: bß\n- key: |\n  secret:1\n  x: y\n";
        let (first, second) = ([Span { start: 3, end: 6 }], [Span { start: 18, end: 24 }]);
        assert_eq!(
            visible(&[Mask::Spans(&first), Mask::Spans(&second)], text, 0..27),
            "a: ***\n- key: |\n  ******:1\n"
        );
    }

    #[test]
    fn neither_names_nor_source_reach_the_terminal_as_they_are() {
        let source = Source::new("a\u{1b}[2J\u{202e}.yaml", "name: x\u{202e}\u{200b}\u{1b}[2Jy\n");
        let diagnostic =
            Diagnostic::error(Span { start: 6, end: 18 }, "m\n\u{2066}").label("l\u{7}").help("h\u{1b}[1m");
        let text = plain(&source, &diagnostic, &[]);
        let odd = |character: char| {
            character.is_control() && character != '\n' || "\u{202e}\u{200b}\u{2066}".contains(character)
        };
        assert!(!text.contains(odd) && text.contains("m\u{FFFD}\u{FFFD}"), "{text:?}");
    }
}
