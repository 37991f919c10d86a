//! What a run of the rules gives.

use std::sync::Arc;

use super::analyze::Analysis;
use crate::kube::object::Object;
use crate::rules::pod_security::{Policy, Violation};
use crate::rules::{FileId, Finding, ObjectId, identity};
use crate::yaml::Span;

/// Everything that a run gives.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files, by their [`FileId`].
    pub files: Vec<SourceFile>,
    /// The findings, by file and place.
    pub findings: Vec<Finding>,
    /// How many findings were suppressed.
    pub suppressed: usize,
    /// What could not be read.
    pub broken: Vec<Broken>,
    /// What was looked at.
    pub counts: Counts,
    /// What the API server would say of pods that it refuses.
    pub admissions: Vec<Admission>,
}

/// A file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// What messages call it.
    pub name: String,
    /// Its text, where there is something to show in it.
    pub text: Option<Arc<str>>,
}

/// A text, or a document of it, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The file.
    pub file: FileId,
    /// The place in it; `None` if there is no text at all.
    pub span: Option<Span>,
    /// What is wrong.
    pub message: String,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files.
    pub files: usize,
    /// YAML documents.
    pub documents: usize,
    /// Kubernetes objects, members of lists included.
    pub objects: usize,
    /// Objects that are or make pods.
    pub pods: usize,
    /// Documents that are no Kubernetes objects.
    pub others: usize,
}

/// What Pod Security Admission would say of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The file.
    pub file: FileId,
    /// The object.
    pub object: ObjectId,
    /// Whether the object is a pod itself, which is refused; what makes pods is only warned of.
    pub refused: bool,
    /// The policy.
    pub policy: Policy,
    /// Its controls that are broken, in the API server's order.
    pub violations: Vec<Violation>,
}

impl Admission {
    pub(super) fn new(file: FileId, object: &Object<'_, '_>, policy: Policy, violations: Vec<Violation>) -> Self {
        let refused = object.kind == crate::kube::object::Kind::Pod;
        Self { file, object: identity(object), refused, policy, violations }
    }
}

impl Outcome {
    pub(super) fn add(&mut self, file: FileId, mut analysis: Analysis) {
        debug_assert_eq!(self.files.len(), file.0 as usize, "files come in their order");
        self.findings.append(&mut analysis.findings);
        self.broken.append(&mut analysis.broken);
        self.admissions.append(&mut analysis.admissions);
        self.counts.files += 1;
        self.counts.documents += analysis.counts.documents;
        self.counts.objects += analysis.counts.objects;
        self.counts.pods += analysis.counts.pods;
        self.counts.others += analysis.counts.others;
        self.files.push(SourceFile { name: analysis.name, text: analysis.text });
    }

    /// Puts the findings in order.
    pub(super) fn finish(&mut self) {
        self.findings.sort_by(|a, b| {
            (a.file(), a.span(), std::cmp::Reverse(a.severity), a.rule.id, &a.message).cmp(&(
                b.file(),
                b.span(),
                std::cmp::Reverse(b.severity),
                b.rule.id,
                &b.message,
            ))
        });
    }
}
