//! Suppressions: where they are written, what they suppress, and what is wrong with one that suppresses nothing.

mod collect;
mod cover;
mod fresh;
mod judge;
mod place;

pub(super) use collect::{collect, goes_on, of_lines};
pub(super) use fresh::fresh;
pub(super) use judge::{SuppressionContext, judge};

use std::sync::Arc;

use jiff::civil::Date;

use super::pattern::Pattern;
use crate::diagnostic::{Diagnostic, ObjectId};
use crate::rules::Rule;
use crate::yaml::{FileId, Span};

/// Lets findings of one rule pass within a place.
#[derive(Debug, Clone)]
pub(super) struct Suppression {
    pub(super) rule: &'static Rule,
    /// Where it is written.
    pub(super) file: FileId,
    /// The bytes where it is written.
    pub(super) span: Span,
    /// The bytes of the file that it holds for.
    pub(super) covers: Span,
    /// Why.
    pub(super) reason: String,
    /// The last day that it holds.
    pub(super) expires: Option<Date>,
    /// The object that it stands in.
    pub(super) object: Arc<ObjectId>,
    /// Whether it holds for all of that object, and for no other.
    pub(super) is_annotation: bool,
}

impl Suppression {
    /// Where findings begin that it holds for, end exclusive.
    fn bounds(&self) -> (u32, u32) {
        (self.covers.start, self.covers.end.max(self.covers.start.saturating_add(1)))
    }
}

/// What a file says about suppressions.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) suppressions: Vec<Suppression>,
    pub(super) invalid: Vec<Diagnostic>,
}

impl Collected {
    /// Adds what another file says.
    pub(super) fn append(&mut self, mut other: Self) {
        self.suppressions.append(&mut other.suppressions);
        self.invalid.append(&mut other.invalid);
    }
}

/// A suppression of the configuration: by what an object is, not by where it stands.
#[derive(Debug, Clone)]
pub struct ObjectSuppression {
    pub rule: &'static Rule,
    /// The kind of the object.
    pub kind: Option<Pattern>,
    /// Its namespace; one that is not written down is `default`.
    pub namespace: Option<Pattern>,
    pub name: Option<Pattern>,
    pub container: Option<Pattern>,
    /// The last day that it holds.
    pub expires: Option<Date>,
    /// Where it is written in the configuration.
    pub span: Span,
}

/// An object that may be anywhere.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) kind: &'static str,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) container: String,
}

impl ObjectSuppression {
    /// Whether it holds for an object of these names.
    pub(super) fn takes(&self, sample: &Sample) -> bool {
        let fits = |glob: &Option<Pattern>, text: &str| glob.as_ref().is_none_or(|glob| glob.is_match(text));
        fits(&self.kind, sample.kind)
            && fits(&self.namespace, &sample.namespace)
            && fits(&self.name, &sample.name)
            && fits(&self.container, &sample.container)
    }

    fn holds_for(&self, finding: &Diagnostic) -> bool {
        let fits = |glob: &Option<Pattern>, text: &str| glob.as_ref().is_none_or(|glob| glob.is_match(text));
        self.rule.id == finding.id
            && fits(&self.kind, &finding.object().kind)
            && fits(&self.namespace, finding.object().namespace.as_deref().unwrap_or("default"))
            && fits(&self.name, &finding.object().name)
            && (self.container.is_none()
                || finding.container.as_deref().is_some_and(|name| fits(&self.container, name)))
    }
}
