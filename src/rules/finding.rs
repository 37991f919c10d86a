//! What a rule found, where, and what would fix it.

use std::sync::Arc;

use super::rule::{Rule, Safety, Severity};
pub use crate::yaml::FileId;
use crate::yaml::Span;
use crate::yaml::edit::Edit;

/// A place in the input with what to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
    /// What to say there; may be empty.
    pub label: String,
}

/// Which object a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ObjectId {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// `metadata.namespace`; `None` where it is not written down, or the kind has none.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

impl std::fmt::Display for ObjectId {
    /// `Deployment shop/web`; without a namespace, `Deployment web`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

/// A change to the file of the finding that makes the rule silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// How much it may change.
    pub safety: Safety,
    /// What it does, as an imperative: "set `privileged: false`".
    pub title: String,
    /// The bytes to replace.
    pub edits: Vec<Edit>,
}

/// A rule that is broken at a place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is here: the rule's severity, unless the configuration says otherwise.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where: the first is where it belongs to, the others explain it. Never empty.
    pub places: Vec<Place>,
    /// The object it is about.
    pub object: Arc<ObjectId>,
    /// The container it is about, if it is about one.
    pub container: Option<String>,
    /// The field, as a path from the object's root with list members by name where they have one:
    /// `spec.template.spec.containers[web].securityContext`. It stays when lines move.
    pub path: String,
    /// What to do, where the label does not say it.
    pub help: Option<String>,
    /// What would fix it.
    pub fix: Option<Fix>,
    /// Bytes of the file that no report may show, such as a password.
    pub hidden: Vec<Span>,
}

impl Finding {
    /// The place it belongs to.
    pub fn place(&self) -> Option<&Place> {
        self.places.first()
    }

    /// The file it belongs to.
    pub fn file(&self) -> FileId {
        self.place().map(|place| place.file).unwrap_or_default()
    }

    /// The bytes it belongs to.
    pub fn span(&self) -> Span {
        self.place().map(|place| place.span).unwrap_or_default()
    }
}
