//! What is said of several objects at once.

use std::sync::Arc;

use super::facts::ObjectRef;
use super::finding::{ObjectId, Place};
use super::rule::Severity;

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
        Self { object, path, message, places: vec![place], help: None, severity: None }
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
}
