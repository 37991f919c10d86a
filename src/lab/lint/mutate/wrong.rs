//! Wrong answers: what is different from a right one.

use serde_json::Value;

/// Stands for the uid of the object that an owner reference names.
pub(super) const OWNER_UID: &str = "mutant-owner";
/// A change of the cluster, the learner's folder or the node.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Edit {
    /// Makes an object, or replaces it.
    Put(Value),
    /// Deletes an object.
    Delete(Value),
    /// Writes a file of the node.
    Node { path: String, text: Option<String>, mode: Option<&'static str> },
    /// Writes a file of the learner; without a text it is deleted.
    File { name: String, text: Option<String> },
}

/// A wrong answer: what is different from the right one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wrong {
    pub(super) what: String,
    pub(super) edits: Vec<Edit>,
}

impl Wrong {
    pub(super) fn new(what: String, edits: impl IntoIterator<Item = Edit>) -> Self {
        Self { what, edits: edits.into_iter().collect() }
    }
}
