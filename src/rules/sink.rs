//! Where rules put what they find.

use std::sync::Arc;

use super::facts::Defaults;
use super::finding::{FileId, Finding, Fix, ObjectId, Place};
use super::pod_security::Violation;
use super::rule::{Rule, Safety, Severity};
use super::set_report::SetReport;
use super::settings::Settings;
use crate::k8s::object::Object;
use crate::k8s::pod::{Container, Pod};
use crate::k8s::pod_security::Policy;
use crate::yaml::Span;
use crate::yaml::edit::Edit;

/// A pod, the object it belongs to, and the policy that holds for it.
#[derive(Debug)]
pub struct PodContext<'c, 'd, 's> {
    /// The object.
    pub object: &'c Object<'d, 's>,
    /// Its pods.
    pub pod: &'c Pod<'d, 's>,
    /// The Pod Security level and version that hold for it.
    pub policy: Policy,
    /// Whether the pod leaves it to its service account to ask for a token, and that is in the input and asks for none.
    pub account_gives_no_token: bool,
    /// What each LimitRange of its namespace gives to its containers.
    pub defaults: Defaults,
}

/// What is said of a place, to be completed and handed to a sink.
#[derive(Debug)]
#[must_use]
pub struct Report {
    message: String,
    span: Span,
    label: String,
    others: Vec<(Span, String)>,
    container: Option<String>,
    help: Option<String>,
    fix: Option<Fix>,
    hidden: Vec<Span>,
    severity: Option<Severity>,
}

impl Report {
    /// Something is wrong here. `message` is one line without a full stop that makes sense without the source beside it.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            label: String::new(),
            others: Vec::new(),
            container: None,
            help: None,
            fix: None,
            hidden: Vec::new(),
            severity: None,
        }
    }

    /// How bad it is here, if not as bad as the rule says.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// What to say at the place itself: what was expected, or what it means.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// A further place of the same file that explains the first.
    pub fn other(mut self, span: Span, label: impl Into<String>) -> Self {
        self.others.push((span, label.into()));
        self
    }

    /// The container that it is about.
    pub fn container(mut self, container: &Container<'_, '_>) -> Self {
        self.container = Some(container.name().to_owned());
        self
    }

    /// The container that it is about, by its name.
    pub fn named(mut self, container: String) -> Self {
        self.container = Some(container);
        self
    }

    /// What to do, in one line.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Bytes of the file that no report may show, such as a password.
    pub fn hide(mut self, span: Span) -> Self {
        self.hidden.push(span);
        self
    }

    /// A fix, if one could be made. `title` is an imperative: "set `privileged: false`".
    pub fn fix(mut self, safety: Safety, title: &str, edits: impl IntoIterator<Item = Edit>) -> Self {
        let edits: Vec<Edit> = edits.into_iter().collect();
        if !edits.is_empty() {
            self.fix = Some(Fix { safety, title: title.to_owned(), edits });
        }
        self
    }
}

/// Takes what one rule finds in one object.
#[derive(Debug)]
pub struct Sink<'a, 'd, 's> {
    /// The rule that runs.
    pub rule: &'static Rule,
    /// What the user asked for.
    pub settings: &'a Settings,
    /// The whole text of the file, into which all spans point.
    pub text: &'s str,
    /// The file.
    pub file: FileId,
    /// The object that is looked at.
    pub object: &'a Object<'d, 's>,
    /// Its identity, made once and only if something is found.
    pub id: Option<Arc<ObjectId>>,
    pub findings: Vec<Finding>,
}

impl Sink<'_, '_, '_> {
    /// Makes an edit from the text, if anybody will look at fixes.
    pub fn fix(&self, make: impl FnOnce(&str) -> Option<Edit>) -> Option<Edit> {
        if self.settings.fixes { make(self.text) } else { None }
    }

    /// What the API server would say of a control that is broken, if anybody wants to know.
    pub fn words(&self, is_broken: bool, say: impl FnOnce() -> Violation) -> Option<Violation> {
        (is_broken && self.settings.as_admission).then(say)
    }

    /// Records a finding, unless nobody will look at findings.
    pub fn report(&mut self, report: Report) {
        if self.settings.as_admission {
            return;
        }
        let object = Arc::clone(self.id.get_or_insert_with(|| Arc::new(identity(self.object))));
        let file = self.file;
        let mut places = vec![Place { file, span: report.span, label: report.label }];
        places.extend(report.others.into_iter().map(|(span, label)| Place { file, span, label }));
        self.findings.push(Finding {
            rule: self.rule,
            severity: report.severity.unwrap_or(self.rule.severity),
            message: report.message,
            places,
            object,
            container: report.container,
            path: super::path::at(self.object.root, report.span),
            help: report.help,
            fix: report.fix,
            hidden: report.hidden,
        });
    }
}

/// The identity of an object.
pub fn identity(object: &Object<'_, '_>) -> ObjectId {
    ObjectId {
        api_version: object.api_version.to_owned(),
        kind: object.kind_name.to_owned(),
        namespace: object.namespace().map(str::to_owned),
        name: object.name().to_owned(),
    }
}

/// Takes what one rule finds in all objects together.
#[derive(Debug)]
pub struct SetSink<'a> {
    pub rule: &'static Rule,
    /// What the user asked for.
    pub settings: &'a Settings,
    pub findings: Vec<Finding>,
}

impl SetSink<'_> {
    /// Records a finding.
    pub fn report(&mut self, report: SetReport) {
        self.findings.push(Finding {
            rule: self.rule,
            severity: report.severity.unwrap_or(self.rule.severity),
            message: report.message,
            places: report.places,
            object: report.object,
            container: None,
            path: report.path,
            help: report.help,
            fix: report.fix.filter(|_| self.settings.fixes),
            hidden: report.hidden,
        });
    }
}
