//! The rules over what was rendered: nothing is written that they find fault with, unless an exception says so.

use std::sync::Arc;

use super::error::RenderError;
use crate::check::{self, Input, Options, Selection, Text};
use crate::k8s::pod_security;
use crate::k8s::version::Version;
use crate::render::plan::Manifest;
use crate::rules::{RuleKind, Settings};
use crate::spec::level::Level;
use crate::yaml::{self, Document, Node, Span};

/// What the manifests of a document have to hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requirement {
    /// The release that they are for.
    pub(super) release: Version,
    /// The level of the app, or of the space.
    pub(super) level: Level,
}

/// Runs the rules over the manifests of one document. Exceptions have left annotations on the objects, which suppress
/// their rules. Gives whether every one of their objects was read and held against the fields of the release.
pub(super) fn audit(manifests: &[Manifest], folder: &str, requirement: Requirement) -> Result<bool, RenderError> {
    // one text for all: what a file costs by itself is more than what most of them hold
    let mut all = String::new();
    let mut starts = Vec::with_capacity(manifests.len());
    for manifest in manifests {
        all.push_str(if all.is_empty() { "" } else { "---\n" });
        starts.push(all.len());
        all.push_str(&manifest.text);
    }
    let inputs = [Input { name: format!("{folder}.yaml"), text: Text::Here(Arc::from(all)) }];
    let level = match requirement.level {
        Level::Restricted => pod_security::Level::Restricted,
        Level::Baseline => pod_security::Level::Baseline,
        Level::Privileged => pod_security::Level::Privileged,
    };
    let mut selection = Selection::default();
    // whether an exception is needed was decided on the spec, with its lines
    selection.retain(|rule| !matches!(rule.check, RuleKind::Engine));
    let settings = Settings { kubernetes: requirement.release, level: Some(level), ..Settings::default() };
    let outcome = check::run(&inputs, &Options { settings, selection, ..Options::default() });
    let Some(finding) = outcome.findings.first() else {
        let documents: usize = manifests.iter().map(|manifest| manifest.text.split("\n---\n").count()).sum();
        return Ok(outcome.errors.is_empty() && outcome.counts.objects == documents);
    };
    let at = finding.span().range();
    let nth = starts.partition_point(|start| *start <= at.start).saturating_sub(1);
    let (mut file, mut words) = (folder.to_owned(), Vec::new());
    if let (Some(manifest), Some(start)) = (manifests.get(nth), starts.get(nth)) {
        let offset = |at: usize| u32::try_from(at.saturating_sub(*start)).unwrap_or(u32::MAX);
        words = words_at(&manifest.text, Span { start: offset(at.start), end: offset(at.end) });
        file = format!("{folder}/{}.yaml", manifest.name);
    }
    Err(RenderError::finding(&file, finding, words))
}

/// The value at a place, the names of the members of lists that it is in from the inside out, and the keys.
fn words_at(text: &str, at: Span) -> Vec<String> {
    fn walk(node: Node<'_, '_>, at: Span, words: &mut Vec<String>) {
        let holds = |span: Span| span.start <= at.start && at.end <= span.end;
        for (key, value) in node.entries() {
            if holds(value.span()) || holds(key.span()) {
                walk(value, at, words);
                words.extend(key.text().map(str::to_owned));
            }
        }
        for item in node.items().filter(|item| holds(item.span())) {
            walk(item, at, words);
            words.extend(item.get("name").and_then(Node::text).map(str::to_owned));
        }
        if holds(node.span()) {
            words.extend(node.text().map(str::to_owned));
        }
    }
    let mut words = Vec::new();
    for root in yaml::parse(text).documents.iter().filter_map(Document::root) {
        walk(root, at, &mut words);
        let metadata = root.get("metadata").filter(|_| !words.is_empty());
        words.extend(metadata.and_then(|metadata| metadata.get("name")).and_then(Node::text).map(str::to_owned));
    }
    // words of the form of every manifest are no places of a spec
    words.retain(|word| !matches!(word.as_str(), "name" | "value" | "spec" | "metadata" | "template" | "containers"));
    words
}
