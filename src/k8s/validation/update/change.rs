//! Comparing a field of two objects, and what is said of one that changed.

use serde_json::Value;

use super::same::{self, Step};
use crate::k8s::validation::At;
use crate::k8s::version::Version;

/// A change that the API server does not take.
#[derive(Debug)]
pub struct Change<'d, 's> {
    /// The place in the new object; of a field that is gone, what held it.
    pub at: At<'d, 's>,
    /// The field that is gone.
    pub gone: Option<&'static str>,
    /// What was there before, if it is short and no secret.
    pub was: Option<String>,
    /// What is wrong with the change, as the end of a sentence that begins with the place; none for a field that stays as it is.
    pub why: Option<&'static str>,
    /// What to do instead.
    pub way_out: &'static str,
}

/// The same place in two objects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'o, 'p, 'd, 's> {
    pub(super) old: At<'o, 'p>,
    pub(super) new: At<'d, 's>,
}

impl<'o, 'd> Pair<'o, '_, 'd, '_> {
    /// A mapping that both have.
    pub(super) fn inner(self, name: &str) -> Option<Self> {
        Some(Self { old: self.old.get(name)?, new: self.new.get(name)? })
    }

    /// The text of a field in each; one that is absent or empty has that of the default.
    pub(super) fn texts(self, path: &[&str], default: &'static str) -> (&'o str, &'d str) {
        let old = self.old.path(path).and_then(At::str).unwrap_or(default);
        (old, self.new.path(path).and_then(At::str).unwrap_or(default))
    }
}

/// Takes changes.
#[derive(Debug)]
pub(super) struct Changes<'d, 's> {
    pub(super) found: Vec<Change<'d, 's>>,
    pub(super) version: Version,
}

/// The longest text of an old value that is shown.
const SHORT: usize = 80;

impl<'d, 's> Changes<'d, 's> {
    pub(super) fn new(version: Version) -> Self {
        Self { found: Vec::new(), version }
    }

    /// `ValidateImmutableField`: a field that stays as it is. One that is absent has the value of the default.
    pub(super) fn immutable(
        &mut self,
        pair: Pair<'_, '_, 'd, 's>,
        path: &[&'static str],
        default: &Value,
        way_out: &'static str,
    ) {
        let (old, new) = (pair.old.path(path), pair.new.path(path));
        let plain = |at: Option<At<'_, '_>>| at.map(same::plain).filter(|value| !value.is_null());
        let (before, after) = (plain(old), plain(new));
        let (before, after) = (before.as_ref().unwrap_or(default), after.as_ref().unwrap_or(default));
        if before != after {
            self.differ(pair, path, before, after, way_out);
        }
    }

    /// The same of what was compared already.
    pub(super) fn differ(
        &mut self,
        pair: Pair<'_, '_, 'd, 's>,
        path: &[&'static str],
        before: &Value,
        after: &Value,
        way_out: &'static str,
    ) {
        let was = pair.old.path(path).and_then(short);
        if let Some(at) = pair.new.path(path) {
            let place = locate(at, &same::difference(before, after));
            let is_whole = place.node.span() == at.node.span();
            self.found.push(Change { at: place, gone: None, was: was.filter(|_| is_whole), why: None, way_out });
        } else {
            let holder = (0..path.len()).rev().find_map(|end| pair.new.path(path.get(..end)?));
            let at = holder.unwrap_or(pair.new);
            self.found.push(Change { at, gone: path.last().copied(), was, why: None, way_out });
        }
    }

    /// A field that is gone for a reason of its own.
    pub(super) fn refuse_gone(&mut self, at: At<'d, 's>, gone: &'static str, why: &'static str, way_out: &'static str) {
        self.found.push(Change { at, gone: Some(gone), was: None, why: Some(why), way_out });
    }

    /// A change that is refused for a reason of its own.
    pub(super) fn refuse(&mut self, at: At<'d, 's>, why: &'static str, way_out: &'static str) {
        self.found.push(Change { at, gone: None, was: None, why: Some(why), way_out });
    }
}

/// The text of a scalar that is short enough to be shown.
fn short(at: At<'_, '_>) -> Option<String> {
    let text = at.node.text().filter(|text| !text.is_empty() && text.len() <= SHORT)?;
    Some(text.escape_debug().to_string())
}

/// The innermost place on the way to a difference that the new object has.
fn locate<'d, 's>(at: At<'d, 's>, steps: &[Step]) -> At<'d, 's> {
    let mut here = at;
    for step in steps {
        let next = match step {
            Step::Key(key) => here.get(key),
            Step::Member(index) => here.node.item(*index).filter(|item| !item.is_null()).map(At::item),
        };
        let Some(next) = next else { break };
        here = next;
    }
    // a member of a list has no key to point at
    here
}
