//! From a text to specs or problems.

use jiff::civil::Date;

use super::{ApiServer, App, Defaults, Space, Specs, defaults, elsewhere, secret, validate};
use crate::decode::{Decode, Decoder, unknown_word, wrong_form};
use crate::diagnostic::{Diagnostic, Severity};
use crate::yaml::{self, Kind, Node, Source, Span, Value};

/// The kinds of documents.
pub const KINDS: [&str; 4] = ["App", "Space", "ApiServer", "Defaults"];
/// What a message says where a kind is missing.
const EXPECTED: &str = "expected `kind: App`, `kind: Space` or `kind: ApiServer`";

/// What reading a spec gave.
#[derive(Debug)]
pub struct Outcome {
    /// The documents; `None` if any problem is an error.
    pub specs: Option<Specs>,
    /// Errors and warnings.
    pub problems: Vec<Diagnostic>,
    /// Places that no message may show.
    pub hidden: Vec<Span>,
}

/// Reads and checks all documents of a text. `today` decides which exceptions have expired.
pub fn load(source: &Source, today: Date) -> Outcome {
    let stream = yaml::parse(source.text());
    let mut decoder = Decoder::new(source.text());
    let mut hidden = Vec::new();
    let mut secrets = Vec::new();
    let mut specs = Specs::default();
    let broken = stream.errors.iter().map(|error| {
        let span = visible(error.span, source.text());
        Diagnostic::error(span, "this is not YAML").label(error.message.clone())
    });
    if !stream.errors.is_empty() {
        // without a tree the lines themselves must tell
        hidden.extend(crate::k8s::secret::scan_lines(source.text()));
    }
    let roots =
        || stream.documents.iter().filter_map(super::super::yaml::tree::Document::root).filter(|root| !is_empty(*root));
    // wherever it stands, it is for the documents before it, too
    let shared = roots().find(is_defaults);
    for root in roots() {
        let (problems, places) = secret::scan(root);
        secrets.extend(problems);
        hidden.extend(places);
        for (key, help) in elsewhere::keys(root) {
            decoder.belongs(key, help);
        }
        document_of(root, shared, &mut specs, &mut decoder);
    }
    if roots().next().is_none() && stream.errors.is_empty() {
        let place = Span { start: 0, end: 1 };
        decoder.report(Diagnostic::error(place, "there is no document here").label(EXPECTED));
    }
    validate::check(&specs, today, &mut decoder);
    let mut problems = decoder.into_problems();
    // what else is wrong with a secret does not matter, and its message could show it
    problems.retain(|problem| !hidden.iter().any(|span| overlap(problem.span(), *span)));
    problems.extend(broken.chain(secrets));
    let is_ours = |root: Node<'_, '_>| root.get("kind").and_then(Node::text).is_some_and(|kind| KINDS.contains(&kind));
    if roots().any(|root| !is_ours(root)) {
        // a link may lead to the credentials of somebody
        hidden.push(Span { start: 0, end: u32::try_from(source.text().len()).unwrap_or(u32::MAX) });
    }
    let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
    Outcome { specs: (!failed).then_some(specs), problems, hidden }
}

fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

fn is_empty(node: Node<'_, '_>) -> bool {
    matches!(node.value(), Some(Ok(Value::Null)))
}

/// Whether a document says what others share.
pub fn is_defaults(root: &Node<'_, '_>) -> bool {
    root.get("kind").and_then(Node::text) == Some("Defaults")
}

fn document_of(root: Node<'_, '_>, shared: Option<Node<'_, '_>>, specs: &mut Specs, decoder: &mut Decoder<'_>) {
    if root.kind() != Kind::Mapping {
        let problem = Diagnostic::error(decoder.place(root.span()), "this is not a spec");
        decoder.report(problem.label("expected a mapping with `kind: App`, `kind: Space` or `kind: ApiServer`"));
        return;
    }
    let Some(kind) = root.get("kind") else {
        let first = root.entries().next().map_or(root.span(), |(key, _)| key.span());
        decoder.report(Diagnostic::error(decoder.place(first), "`kind` is missing").label(EXPECTED));
        return;
    };
    match kind.text() {
        Some("App") => specs.apps.extend(defaults::read_over::<App>(root, shared, decoder)),
        Some("Space") => specs.spaces.extend(defaults::read_over::<Space>(root, shared, decoder)),
        Some("Defaults") => match shared.filter(|first| first.span() != root.span()) {
            Some(first) => {
                let message = "`kind: Defaults` is here twice";
                let problem = Diagnostic::error(decoder.place(kind.span()), message).label("a file has one");
                let other = first.get("kind").map_or(first.span(), Node::span);
                decoder.report(problem.related(other, "the first one"));
            }
            None => specs.defaults = Defaults::decode(root, decoder),
        },
        Some("ApiServer") => specs.api_servers.extend(ApiServer::decode(root, decoder)),
        Some("Check") => {
            let message = "the configuration of the check, `kind: Check`, belongs in `.tightship.yaml`";
            decoder.report(Diagnostic::error(decoder.place(kind.span()), message).label(EXPECTED));
        }
        Some(word) if !word.is_empty() && !is_empty(kind) => unknown_word(kind.span(), word, &KINDS, decoder),
        _ => wrong_form(kind, "`App`, `Space` or `ApiServer`", decoder),
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
