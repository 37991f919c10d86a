//! The texts of a lab: placeholders stand for something, nothing is empty, and a terminal can hold it.

use super::Linter;
use crate::diagnostic::Diagnostic;
use crate::lab::course::source::LAB;
use crate::yaml::{self, Kind, Node, Style};

/// The columns of a terminal, less what a text is moved to the right.
const COLUMNS: usize = 80;
/// The most characters of a text that people read, by its key.
const TEXTS: &[(&str, usize)] =
    &[("title", 40), ("story", 200), ("text", 400), ("why", 700), ("hints", 900), ("lesson", 400), ("question", 200)];

pub(super) fn check(linter: &mut Linter<'_>) {
    let entry = linter.entry;
    for (_, source) in entry.files.iter().filter(|(path, _)| *path != LAB) {
        if let Err(problem) = linter.names.filled(source.text()) {
            linter.say_of(source, *problem);
        }
    }
    let stream = yaml::parse(entry.source.text());
    if let Some(root) = stream.documents.iter().find_map(yaml::Document::root) {
        walk(linter, root, "");
        for node in root.get("cis").into_iter().flat_map(Node::items) {
            cis(linter, node);
        }
    }
}

/// Looks at every text below a node; `key` is what it stands behind.
fn walk(linter: &mut Linter<'_>, node: Node<'_, '_>, key: &str) {
    match node.kind() {
        Kind::Sequence => node.items().for_each(|item| walk(linter, item, key)),
        Kind::Mapping => {
            for (key, value) in node.entries() {
                walk(linter, key, "");
                walk(linter, value, key.text().unwrap_or_default());
            }
        }
        Kind::Scalar => {
            let text = node.text().unwrap_or_default();
            match linter.names.filled(text) {
                Err(mut problem) => {
                    problem.location.span = node.span();
                    linter.say(*problem);
                }
                Ok(text) => {
                    if let Some((key, most)) = TEXTS.iter().find(|(known, _)| *known == key) {
                        self::text(linter, node, (key, *most), &text);
                    }
                }
            }
        }
    }
}

fn text(linter: &mut Linter<'_>, node: Node<'_, '_>, (key, most): (&str, usize), text: &str) {
    if text.trim().is_empty() {
        linter.wrong(node.span(), format!("`{key}` is empty"));
    }
    let length = text.chars().count();
    if length > most {
        let problem = Diagnostic::error(node.span(), format!("`{key}` has {length} characters"));
        linter.say(problem.label(format!("expected {most} at most")));
    }
    if ["title", "story"].contains(&key) && text.trim().contains('\n') {
        linter.wrong(node.span(), format!("`{key}` is one line"));
    }
    // lines are folded, except those that the author broke
    let start = node.span().range().start;
    let is_literal = node.style() == Some(Style::Block)
        && linter.entry.source.text().get(start..).is_some_and(|text| text.starts_with('|'));
    if let Some(line) = text.lines().find(|line| is_literal && line.chars().count() > COLUMNS) {
        let problem = Diagnostic::error(node.span(), format!("a line has {} characters", line.chars().count()));
        let begin: String = line.chars().take(40).collect();
        linter.say(problem.label(format!("expected {COLUMNS} at most: `{begin}...`")));
    }
}

fn cis(linter: &mut Linter<'_>, node: Node<'_, '_>) {
    let text = node.text().unwrap_or_default();
    let is_item = text.contains('.') && text.split('.').all(|part| part.parse::<u8>().is_ok());
    if !is_item {
        linter.wrong(
            node.span(),
            format!("`{text}` is not an item of the CIS benchmark: expected one such as \"5.2.7\""),
        );
    }
}
