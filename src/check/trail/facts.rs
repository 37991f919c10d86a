//! What a file weakens: exceptions and levels of specs, suppressions, what a configuration leaves out, findings of a baseline.

use std::collections::BTreeMap;

use camino::Utf8Path;
use jiff::civil::Date;
use serde::Serialize;

use crate::check::baseline::Baseline;
use crate::check::suppress::collect;
use crate::spec::app::ApiVersion;
use crate::spec::{HEADER, is_defaults};
use crate::yaml::{self, FileId, Node, Stream};

/// How something is weakened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A spec names a rule that it does not keep.
    Exception,
    /// A finding passes.
    Suppression,
    /// A finding is known, and passes.
    Baseline,
    /// A level below `restricted`.
    Level,
    /// The configuration of the check looks at less.
    Configuration,
}

impl Kind {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exception => "exception",
            Self::Suppression => "suppression",
            Self::Baseline => "baseline",
            Self::Level => "level",
            Self::Configuration => "configuration",
        }
    }
}

/// What a weakening is known by within its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// How.
    pub kind: Kind,
    /// Of what: an object, a document of a spec, a place.
    pub object: String,
    /// The rule, or the word that says so.
    pub rule: String,
    /// Which of several that are the same otherwise.
    pub nth: usize,
}

/// What is said of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Details {
    /// Why.
    pub reason: Option<String>,
    /// Where the work on it is tracked.
    pub ticket: Option<String>,
    /// The last day.
    pub until: Option<Date>,
}

/// The weakenings of a file.
pub type Facts = BTreeMap<Key, Details>;

/// Whether a file of this name can weaken anything.
pub fn is_relevant(path: &Utf8Path) -> bool {
    matches!(path.extension(), Some("yaml" | "yml" | "json")) || path.file_name() == Some(".tightship.yaml")
}

/// What a text weakens. What tightship made is left out: the spec says it.
pub fn of(path: &Utf8Path, text: &str) -> Facts {
    let mut facts = Facts::new();
    if text.starts_with(HEADER) {
        return facts;
    }
    if path.extension() == Some("json")
        && let Ok(baseline) = Baseline::parse(text)
    {
        for (rule, object, field) in baseline.entries() {
            add(&mut facts, Kind::Baseline, format!("{object} {field}"), rule, Details::default());
        }
        return facts;
    }
    let stream = yaml::parse(text);
    let roots = || stream.documents.iter().filter_map(yaml::Document::root);
    let shared = roots().find(is_defaults);
    for root in roots() {
        let word = |key: &str| root.get(key).and_then(Node::text).unwrap_or_default();
        match (word("apiVersion") == ApiVersion::V1.as_str(), word("kind")) {
            (true, "Check") => configuration(root, &mut facts),
            (true, kind @ ("App" | "Space" | "ApiServer")) => document(root, kind, shared, &mut facts),
            (_, "Namespace") => namespace(root, &mut facts),
            _ => {}
        }
    }
    suppressions(&stream, text, &mut facts);
    facts
}

fn add(facts: &mut Facts, kind: Kind, object: String, rule: &str, details: Details) {
    let mut key = Key { kind, object, rule: rule.to_owned(), nth: 0 };
    while facts.contains_key(&key) {
        key.nth += 1;
    }
    facts.insert(key, details);
}

fn text(node: Node<'_, '_>, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(str::to_owned)
}

fn details(node: Node<'_, '_>) -> Details {
    let until = text(node, "expires").and_then(|day| day.parse().ok());
    Details { reason: text(node, "reason"), ticket: text(node, "ticket"), until }
}

/// A document of a spec, with what the file says for all of them.
fn document(root: Node<'_, '_>, kind: &str, shared: Option<Node<'_, '_>>, facts: &mut Facts) {
    let object = format!("{kind} {}", text(root, "name").unwrap_or_default());
    let left_to_all = shared.filter(|_| kind != "ApiServer" && root.get("level").is_none());
    let level = text(root, "level").or_else(|| text(left_to_all?, "level"));
    if let Some(level) = level.filter(|level| level != "restricted") {
        add(facts, Kind::Level, object.clone(), &level, Details::default());
    }
    for exception in root.get("exceptions").into_iter().flat_map(Node::items) {
        let rule = text(exception, "rule").unwrap_or_default();
        add(facts, Kind::Exception, object.clone(), &rule, details(exception));
    }
}

/// A configuration of the check.
fn configuration(root: Node<'_, '_>, facts: &mut Facts) {
    for entry in root.get("suppressions").into_iter().flat_map(Node::items) {
        let words =
            ["kind", "namespace", "name", "container"].map(|key| text(entry, key).map(|word| format!("{key} {word}")));
        let words: Vec<String> = words.into_iter().flatten().collect();
        let object = if words.is_empty() { "all objects".to_owned() } else { words.join(", ") };
        add(facts, Kind::Suppression, object, &text(entry, "rule").unwrap_or_default(), details(entry));
    }
    for (key, what) in [("ignore", "rule left out"), ("exclude", "files left out"), ("select", "only")] {
        for word in root.get(key).into_iter().flat_map(Node::items).filter_map(Node::text) {
            add(facts, Kind::Configuration, what.to_owned(), word, Details::default());
        }
    }
    let weaker = [("level", "restricted"), ("failOn", "low")];
    for (key, strict) in weaker {
        if let Some(word) = text(root, key).filter(|word| word != strict) {
            add(facts, Kind::Configuration, key.to_owned(), &word, Details::default());
        }
    }
}

/// The level that a namespace enforces.
fn namespace(root: Node<'_, '_>, facts: &mut Facts) {
    let label = root.path(&["metadata", "labels", "pod-security.kubernetes.io/enforce"]).and_then(Node::text);
    let name = root.path(&["metadata", "name"]).and_then(Node::text).unwrap_or_default();
    if let Some(level) = label.filter(|level| *level != "restricted") {
        add(facts, Kind::Level, format!("Namespace {name}"), level, Details::default());
    }
}

/// Suppressions in comments and annotations.
fn suppressions(stream: &Stream<'_>, text: &str, facts: &mut Facts) {
    for one in collect(stream, text, 0..text.len(), FileId(0)).suppressions {
        let details = Details { reason: Some(one.reason), ticket: None, until: one.expires };
        add(facts, Kind::Suppression, one.object.to_string().trim().to_owned(), one.rule.id, details);
    }
}
