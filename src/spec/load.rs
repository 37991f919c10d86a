//! From a text to specs or problems.

use jiff::civil::Date;

use super::decode::{Decode, Decoder, unknown_word};
use super::{App, Space, secret, validate};
use crate::diagnostic::{Problem, Severity};
use crate::yaml::{self, Kind, Node, Source, Span};

/// The kinds of documents.
const KINDS: [&str; 2] = ["App", "Space"];

/// The documents of a spec file, in their order by kind.
#[derive(Debug, Default)]
pub struct Specs {
    /// The applications.
    pub apps: Vec<App>,
    /// The namespaces.
    pub spaces: Vec<Space>,
}

/// What reading a spec gave.
#[derive(Debug)]
pub struct Outcome {
    /// The documents; `None` if any problem is an error.
    pub specs: Option<Specs>,
    /// Errors and warnings.
    pub problems: Vec<Problem>,
    /// Places that no message may show.
    pub hidden: Vec<Span>,
}

/// Reads and checks all documents of a text. `today` decides which exceptions have expired.
pub fn load(source: &Source, today: Date) -> Outcome {
    let stream = yaml::parse(source.text());
    let mut decoder = Decoder::default();
    let mut hidden = Vec::new();
    let mut specs = Specs::default();
    for error in &stream.errors {
        let span = visible(error.span, source.text());
        decoder.report(Problem::error(span, "this is not YAML").label(error.message.clone()));
    }
    for document in &stream.documents {
        let Some(root) = document.root().filter(|root| !is_empty(*root)) else { continue };
        let (problems, places) = secret::scan(root);
        for problem in problems {
            decoder.report(problem);
        }
        hidden.extend(places);
        document_of(root, &mut specs, &mut decoder);
    }
    if specs.apps.is_empty() && specs.spaces.is_empty() && stream.errors.is_empty() && no_documents(&stream) {
        let place = Span { start: 0, end: 1 };
        decoder
            .report(Problem::error(place, "there is no document here").label("expected `kind: App` or `kind: Space`"));
    }
    validate::check(&specs, today, &mut decoder);
    let problems = decoder.into_problems();
    let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
    Outcome { specs: (!failed).then_some(specs), problems, hidden }
}

fn no_documents(stream: &yaml::Stream<'_>) -> bool {
    stream.documents.iter().all(|document| document.root().is_none_or(is_empty))
}

fn is_empty(node: Node<'_, '_>) -> bool {
    node.kind() == Kind::Scalar && node.text().is_none_or(str::is_empty)
}

fn document_of(root: Node<'_, '_>, specs: &mut Specs, decoder: &mut Decoder) {
    if root.kind() != Kind::Mapping {
        decoder.report(
            Problem::error(root.span(), "this is no spec")
                .label("expected a mapping with `kind: App` or `kind: Space`"),
        );
        return;
    }
    match root.get("kind") {
        None => {
            let first = root.entries().next().map_or(root.span(), |(key, _)| key.span());
            decoder.report(Problem::error(first, "`kind` is missing").label("expected `kind: App` or `kind: Space`"));
        }
        Some(kind) => match kind.text() {
            Some("App") => specs.apps.extend(App::decode(root, decoder)),
            Some("Space") => specs.spaces.extend(Space::decode(root, decoder)),
            other => unknown_word(kind.span(), other.unwrap_or_default(), &KINDS, decoder),
        },
    }
}

/// A place that is not empty, so that it can be shown: the parser's may lie at the end of the text.
fn visible(span: Span, text: &str) -> Span {
    if !span.is_empty() {
        return span;
    }
    let mut start = (span.start as usize).min(text.len().saturating_sub(1));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let width = text.get(start..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: place(start), end: place(start + width) }
}
