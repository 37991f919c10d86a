//! What the program knows, for people to read: its rules, the kinds and fields of Kubernetes, and the keys of its own files.

pub mod catalogue;
mod example;
mod field;
pub mod key;
pub mod keys;
mod kind;
mod layout;
mod lookup;
pub mod markdown;
mod rule;
mod unknown;

use crate::k8s::version::Version;
use crate::rules;
use key::Document;
use unknown::unknown_word;

pub use unknown::Unknown;

/// Explains a rule (`privileged`), a kind (`Deployment`), a field by its path (`Pod.spec.containers.image`, with or without
/// the kind), a field by its name alone, or a key of our own files by its path (`App.replicas`).
pub fn explain(what: &str, release: Version, documents: &[Document<'_>]) -> Result<String, Unknown> {
    if let Some(rule) = rules::find(what) {
        return Ok(rule::page(rule));
    }
    let steps = field::steps(what);
    if let Some(page) = key::page(documents, &steps) {
        return page;
    }
    match steps.as_slice() {
        [name] => {
            let found = kind::page(name, release).or_else(|| field::by_name(name, release));
            found.ok_or_else(|| unknown_word(what, release))
        }
        _ => field::by_path(&steps, release),
    }
}
