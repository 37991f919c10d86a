//! A word that nothing is called.

use std::collections::BTreeSet;

use crate::diagnostic::nearest;
use crate::k8s::fields::{self, Scope};
use crate::k8s::version::Version;
use crate::rules;

/// A word that names nothing.
#[derive(Debug, thiserror::Error)]
#[error("there is no rule, kind, field or key `{word}`{help}")]
pub struct Unknown {
    pub(super) word: String,
    pub(super) help: String,
}

pub(super) fn unknown_word(word: &str, release: Version) -> Unknown {
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
