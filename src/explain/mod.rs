//! What the program knows, for people to read: its rules, and the kinds and fields of Kubernetes.

pub mod catalogue;
mod field;
mod kind;
mod rule;
mod style;

use std::collections::BTreeSet;

use crate::diagnostic::nearest;
use crate::k8s::fields::{self, Scope};
use crate::k8s::version::Version;
use crate::rules;

/// A word that names nothing.
#[derive(Debug, thiserror::Error)]
#[error("there is no rule, kind or field `{word}`{help}")]
pub struct Unknown {
    word: String,
    help: String,
}

/// Explains a rule (`privileged`), a kind (`Deployment`), a field by its path (`Pod.spec.containers.image`, with or without
/// the kind), or a field by its name alone.
pub fn explain(what: &str, release: Version) -> Result<String, Unknown> {
    if let Some(rule) = rules::find(what) {
        return Ok(rule::page(rule));
    }
    let steps = field::steps(what);
    match steps.as_slice() {
        [name] => {
            let found = kind::page(name, release).or_else(|| field::by_name(name, release));
            found.ok_or_else(|| unknown_word(what, release))
        }
        _ => field::by_path(&steps, release),
    }
}

fn unknown_word(word: &str, release: Version) -> Unknown {
    let table = fields::table();
    let kinds = table.kinds().filter(|kind| kind.scope != Scope::List && kind.in_release(release));
    // rules and kinds are few and meant more often, so that a field must be nearer
    let near = nearest(word, rules::all().map(|rule| rule.id).chain(kinds.map(|kind| kind.kind)));
    let fields: BTreeSet<&str> = table.field_names(release).collect();
    let near = near.or_else(|| nearest(word, fields));
    let help = near
        .map_or_else(|| "; `tightship rules` lists the rules".to_owned(), |near| format!("; did you mean `{near}`?"));
    Unknown { word: word.to_owned(), help }
}
