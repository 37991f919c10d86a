//! Which suppressions are new: those that the file did not have before the change.

use std::collections::HashMap;

use super::{Suppression, collect};
use crate::rules::{Rule, field_at};
use crate::yaml::{self, Document, FileId};

/// What a suppression is known by: its rule, its object, the field that it stands at, and its words. Lines may move.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    rule: &'static str,
    object: String,
    field: String,
    words: String,
}

/// Those of a file's suppressions that an earlier text of the file does not have.
pub(in crate::check) fn fresh<'s>(
    holding: impl IntoIterator<Item = &'s Suppression>,
    now: &str,
    before: Option<&str>,
) -> Vec<&'s Suppression> {
    let mut known: HashMap<Key, usize> = HashMap::new();
    if let Some(before) = before {
        let stream = yaml::parse(before);
        let collected = collect(&stream, before, 0..before.len(), FileId(0));
        for suppression in &collected.suppressions {
            *known.entry(key(suppression, before, &stream.documents)).or_default() += 1;
        }
    }
    let stream = yaml::parse(now);
    let is_fresh = |suppression: &&Suppression| match known.get_mut(&key(suppression, now, &stream.documents)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    holding.into_iter().filter(is_fresh).collect()
}

fn key(suppression: &Suppression, text: &str, documents: &[Document<'_>]) -> Key {
    let Suppression { rule: Rule { id, .. }, span, covers, object, .. } = suppression;
    let roots = documents.iter().filter_map(Document::root);
    let holds = |outer: yaml::Span| outer.start <= covers.start && covers.start < outer.end;
    let root = roots.into_iter().find(|root| holds(root.span()));
    Key {
        rule: id,
        object: format!("{} {object}", object.api_version),
        field: root.map(|root| field_at(root, *covers)).unwrap_or_default(),
        words: text.get(span.range()).unwrap_or_default().trim().to_owned(),
    }
}
