//! A problem at a place in a text, and how people see it.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::yaml::{Source, Span};

/// Whether work can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// Worth knowing; work goes on.
    Warning,
}

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether work can go on.
    pub severity: Severity,
    /// One line: what is wrong.
    pub message: String,
    /// The place.
    pub span: Span,
    /// What to say at the place: usually what was expected.
    pub label: String,
    /// A further place that explains the first, with its own label.
    pub other: Option<(Span, String)>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Problem {
    /// An error at a place.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), span, label: String::new(), other: None, help: None }
    }

    /// A warning at a place.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// Says this at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn other(mut self, span: Span, label: impl Into<String>) -> Self {
        self.other = Some((span, label.into()));
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The known word nearest to a misspelt one, if one is near enough to be meant.
pub fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, candidate)| {
            *likeness > 0.8 || strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()) <= 1
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The problems of one text as compilers show them, in the order of their places. `hidden` are places whose text must not
/// be shown, such as a password; it is replaced by asterisks wherever a line with it is printed.
pub fn render(source: &Source, problems: &[Problem], hidden: &[Span]) -> String {
    let masked = mask(source.text(), hidden);
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| (problem.span, problem.message.clone()));
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for problem in sorted {
        out.push_str(&renderer.render(&[group(source, &masked, problem)]));
        out.push_str("\n\n");
    }
    out
}

fn group<'a>(source: &Source, masked: &'a str, problem: &'a Problem) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let spans = std::iter::once(problem.span).chain(problem.other.iter().map(|(span, _)| *span));
    let window = window(masked, spans);
    let (line, _) = source.position(window.start);
    let local = |span: Span| local(&window, masked, span);
    let primary = AnnotationKind::Primary.span(local(problem.span)).label(problem.label.as_str());
    let context =
        problem.other.iter().map(|(span, label)| AnnotationKind::Context.span(local(*span)).label(label.as_str()));
    let snippet = Snippet::source(masked.get(window.clone()).unwrap_or_default())
        .path(source.name().to_owned())
        .line_start(line)
        .annotation(primary)
        .annotations(context);
    let group = level.primary_title(problem.message.as_str()).element(snippet);
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// The lines that hold the spans: the renderer is not given the rest of a large file.
fn window(text: &str, spans: impl Iterator<Item = Span>) -> Range<usize> {
    let (mut start, mut end) = (text.len(), 0);
    for span in spans {
        start = start.min(span.range().start);
        end = end.max(span.range().end);
    }
    let end = end.clamp(start, text.len());
    let line_start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line_end = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| end + at);
    line_start..line_end
}

/// A span within the window, cut to its first line so that a long value does not fill the screen.
fn local(window: &Range<usize>, text: &str, span: Span) -> Range<usize> {
    let Range { start, end } = span.range();
    let first_line = text.get(start..end).and_then(|span| span.find('\n')).map_or(end, |at| start + at);
    let length = window.end - window.start;
    start.saturating_sub(window.start).min(length)..first_line.saturating_sub(window.start).min(length)
}

fn mask(text: &str, hidden: &[Span]) -> String {
    if hidden.is_empty() {
        return text.to_owned();
    }
    let is_hidden = |at: usize| hidden.iter().any(|span| span.range().contains(&at));
    // as many bytes as before, so that every span keeps its place
    text.char_indices()
        .flat_map(|(at, character)| {
            let masked = is_hidden(at) && character != '\n';
            let (character, count) = if masked { ('*', character.len_utf8()) } else { (character, 1) };
            std::iter::repeat_n(character, count)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Problem, nearest, render};
    use crate::yaml::{Source, Span};

    #[test]
    fn shows_the_place_and_hides_secrets() {
        let source = Source::new("tightship.yaml", "name: shop\nenv:\n  PASSWORD: hünter2\n");
        let secret = Span { start: 28, end: 36 };
        let problem = Problem::error(secret, "a secret").label("not here").help("use `secrets`");
        let text = anstream::adapter::strip_str(&render(&source, &[problem], &[secret])).to_string();
        assert!(text.contains("--> tightship.yaml:3:13"), "{text}");
        assert!(text.contains("PASSWORD: ********") && !text.contains("nter2"), "{text}");
        assert!(text.contains("help: use `secrets`"), "{text}");
    }

    #[test]
    fn offers_only_near_words() {
        let known = ["replicas", "image", "ports"];
        assert_eq!(nearest("replcias", known), Some("replicas"));
        assert_eq!(nearest("Image", known), Some("image"));
        assert_eq!(nearest("banana", known), None);
    }
}
