//! What a run of the rules gives.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexSet;

use super::admission::Admission;
use super::discover::{Cause, Input, LeftOut};
use super::findings::Findings;
use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::k8s::pod_security::{Level, Policies, Policy};
use crate::rules::Rule;
use crate::rules::facts::Facts;
use crate::yaml::{FileId, Source, Span};

/// Everything that a run gives.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files, by their [`FileId`].
    pub files: Vec<SourceFile>,
    /// The findings, by file and place.
    pub findings: Findings,
    /// What could not be read: a document at its place, or all of a file, which then has no text.
    pub errors: Vec<Diagnostic>,
    /// What was looked at.
    pub counts: Counts,
    /// The files and folders that were not.
    pub left_out: LeftOut,
    /// What the API server would say of the objects.
    pub admissions: Vec<Admission>,
    /// Whether that was asked for, instead of findings.
    pub as_admission: bool,
    /// Namespaces of the input with pods of which the API server asks nothing, if it was asked for.
    pub unguarded: IndexSet<String>,
    /// What the user should know of the change itself: suppressions and settings that it brings.
    pub notices: Vec<Diagnostic>,
    /// The number of findings that were suppressed.
    pub suppressed: usize,
    /// The number of suppressions that the change brings.
    pub new_suppressions: usize,
    /// The number of rules that the configuration leaves out.
    pub rules_left_out: usize,
    /// Whether no rule could have found anything.
    pub asks_nothing: bool,
    /// The number of findings that the baseline knows.
    pub baselined: usize,
    /// What the objects say together.
    pub facts: Facts,
}

/// A file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// What messages call it.
    pub name: String,
    /// Its text, where there is something to show in it.
    pub text: Option<Arc<str>>,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub files: usize,
    /// YAML documents.
    pub documents: usize,
    /// Kubernetes objects, members of lists included.
    pub objects: usize,
    /// Objects that are or make pods.
    pub pods: usize,
    /// Documents that are no Kubernetes objects.
    pub skipped: usize,
}

impl Counts {
    pub(super) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.documents += other.documents;
        self.objects += other.objects;
        self.pods += other.pods;
        self.skipped += other.skipped;
    }
}

/// The worst finding of each object.
#[derive(Debug, Default)]
pub struct Worst(HashMap<(String, Option<String>, String), Severity>);

impl Worst {
    /// That of one object.
    pub fn of(&self, kind: &str, namespace: Option<&str>, name: &str) -> Option<Severity> {
        let key = (kind.to_owned(), namespace.map(str::to_owned), name.to_owned());
        self.0.get(&key).copied()
    }
}

impl Outcome {
    /// The worst finding of each object.
    pub fn worst(&self) -> Worst {
        let mut worst = Worst::default();
        for finding in &self.findings {
            let object = finding.object();
            let key = (object.kind.clone(), object.namespace.clone(), object.name.clone());
            let known = worst.0.entry(key).or_insert(finding.severity);
            *known = finding.severity.max(*known);
        }
        worst
    }

    /// Adds the namespaces in which nothing is asked of pods.
    pub(super) fn add_unguarded<'a>(&mut self, seen: impl Iterator<Item = (&'a str, Policies)>) {
        for (name, policies) in seen {
            let asks = |policy: Policy| policy.level > Level::Privileged;
            if !asks(policies.enforce) && !asks(policies.warn) {
                self.unguarded.insert(name.to_owned());
            }
        }
    }

    /// Adds the configuration to the files, so that findings can be about it.
    pub(super) fn add_config(&mut self, config: Option<&Source>) -> FileId {
        let file = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        if let Some(config) = config {
            self.files.push(SourceFile { name: config.name().to_owned(), text: Some(config.text().into()) });
        }
        file
    }

    /// Says something of a file that is no input.
    pub fn add_notice(&mut self, name: &str, message: String) {
        let file = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { name: name.to_owned(), text: None });
        self.notices.push(Diagnostic::warning(Location::new(file, Span::default(), ""), message));
    }

    /// Says of a file that it is judged only in part.
    pub(super) fn note_later(&mut self, file: FileId, name: &str, cause: Cause) {
        let place = Location::new(file, Span::default(), "");
        self.notices.push(Diagnostic::warning(place, format!("judged in part: {}", cause.why())));
        self.left_out.add(name.into(), cause);
    }

    /// Gives findings the severities that the user wants, puts them in order, and sees to it that the text of every place is
    /// at hand.
    pub(super) fn finish(&mut self, severities: &[(&'static Rule, Severity)], inputs: &[Input]) {
        for finding in &mut self.findings {
            if let Some((_, severity)) = severities.iter().find(|(rule, _)| rule.id == finding.id) {
                finding.severity = *severity;
            }
            for place in finding.locations() {
                let at = place.file.0 as usize;
                if let (Some(file), Some(input)) = (self.files.get_mut(at), inputs.get(at))
                    && file.text.is_none()
                {
                    file.text = input.read().ok();
                }
            }
        }
        self.findings.sort();
    }
}
