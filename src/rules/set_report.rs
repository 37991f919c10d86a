//! What is said of several objects at once.

use std::sync::Arc;

use super::facts::ObjectRef;
use super::finding::{Fix, ObjectId, Place};
use super::rule::{Safety, Severity};
use crate::yaml::Span;
use crate::yaml::edit::Edit;

/// What is said of an object of the input and of others with it, to be completed and handed to a
/// [`SetSink`](super::SetSink).
#[derive(Debug)]
#[must_use]
pub struct SetReport {
    pub(super) object: Arc<ObjectId>,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) places: Vec<Place>,
    pub(super) help: Option<String>,
    pub(super) severity: Option<Severity>,
    pub(super) fix: Option<Fix>,
    pub(super) hidden: Vec<Span>,
}

impl SetReport {
    /// Something is wrong with an object, at a place of it. `path` is the field there, as
    /// [`Finding::path`](super::Finding::path); `message` is one line without a full stop.
    pub fn new(object: &ObjectRef, path: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        Self::about(object.id(), path, place, message)
    }

    /// As [`SetReport::new`], where the identity is at hand.
    pub fn about(object: Arc<ObjectId>, path: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        let (path, message) = (path.into(), message.into());
        Self { object, path, message, places: vec![place], help: None, severity: None, fix: None, hidden: Vec::new() }
    }

    /// Further places, of any file, that explain the first.
    pub fn others(mut self, places: impl IntoIterator<Item = Place>) -> Self {
        self.places.extend(places);
        self
    }

    /// What to do, in one line.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// How bad it is here, if not as bad as the rule says.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// A fix of the file of the first place, if one could be made. `title` is an imperative.
    pub fn fix(mut self, safety: Safety, title: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        let edits: Vec<Edit> = edits.into_iter().collect();
        if !edits.is_empty() {
            self.fix = Some(Fix { safety, title: title.into(), edits });
        }
        self
    }

    /// Bytes of the file that no report may show, such as a key.
    pub fn hide(mut self, spans: impl IntoIterator<Item = Span>) -> Self {
        self.hidden.extend(spans);
        self
    }
}
