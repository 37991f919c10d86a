//! Where rules put what they find.

use std::sync::Arc;

use super::facts::Defaults;
use super::path;
use super::settings::Settings;
use crate::diagnostic::text::line;
use crate::diagnostic::{Diagnostic, ObjectId, Safety, Severity};
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Pod;
use crate::k8s::pod_security::Policy;
use crate::k8s::secret;
use crate::k8s::source::Later;
use crate::yaml::edit::Edit;
use crate::yaml::{FileId, Node};

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

/// Takes what rules find: in one object, or in all that the input says together.
#[derive(Debug)]
pub struct Sink<'a> {
    /// What the user asked for.
    pub settings: &'a Settings,
    id: &'static str,
    severity: Severity,
    safety: Option<Safety>,
    subject: Option<Subject<'a>>,
    diagnostics: Vec<Diagnostic>,
    later: Option<Later>,
}

/// The object that is looked at.
#[derive(Debug)]
struct Subject<'a> {
    object: &'a Object<'a, 'a>,
    /// The whole text of its file, into which all spans point.
    text: &'a str,
    file: FileId,
    /// Its identity, made once and only if something is found.
    id: Option<Arc<ObjectId>>,
}

impl<'a> Sink<'a> {
    /// For rules that look at all objects together.
    pub fn over_all(settings: &'a Settings) -> Self {
        Self {
            settings,
            id: "",
            severity: Severity::Low,
            safety: None,
            subject: None,
            diagnostics: Vec::new(),
            later: None,
        }
    }

    /// For rules that look at one object. `text` is that of the whole file.
    pub fn on(object: &'a Object<'a, 'a>, text: &'a str, file: FileId, settings: &'a Settings) -> Self {
        Self { subject: Some(Subject { object, text, file, id: None }), ..Self::over_all(settings) }
    }

    /// Says which rule runs, how bad it is to break it, and how safe its fixes are.
    pub(super) fn set_rule(&mut self, id: &'static str, severity: Severity, safety: Option<Safety>) {
        (self.id, self.severity, self.safety) = (id, severity, safety);
    }

    /// How safe the fixes of the rule are, if it has any.
    pub fn safety(&self) -> Option<Safety> {
        self.safety
    }

    /// How bad it is to break the rule that runs.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Makes an edit from the text, if anybody will look at fixes.
    pub fn fix(&self, make: impl FnOnce(&str) -> Option<Edit>) -> Option<Edit> {
        self.subject.as_ref().filter(|_| self.settings.fixes).and_then(|subject| make(subject.text))
    }

    /// What the API server would say of a control that is broken, if anybody wants to know.
    pub fn words<V>(&self, is_broken: bool, say: impl FnOnce() -> V) -> Option<V> {
        (is_broken && self.settings.as_admission).then(say)
    }

    /// Takes a finding that is as bad as the rule says, unless nobody will look at findings.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.report_as(self.severity, diagnostic);
    }

    /// Takes a finding that is not as bad as the rule says, or worse.
    pub fn report_as(&mut self, severity: Severity, mut diagnostic: Diagnostic) {
        if self.settings.as_admission {
            return;
        }
        (diagnostic.id, diagnostic.severity) = (self.id, severity);
        diagnostic.fix = diagnostic.fix.filter(|_| self.settings.fixes);
        if let Some(subject) = &mut self.subject {
            diagnostic = subject.complete(diagnostic);
        }
        self.diagnostics.push(diagnostic.reword(shown));
    }

    /// Says that something explains what would be a finding otherwise.
    pub(super) fn explain(&mut self, later: Later) {
        self.later = self.later.max(Some(later));
    }

    /// What explains that there are fewer findings.
    pub fn explained(&self) -> Option<Later> {
        self.later
    }

    /// All that was found.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}

impl Subject<'_> {
    /// Adds what is known of the object.
    fn complete(&mut self, diagnostic: Diagnostic) -> Diagnostic {
        let object = self.id.get_or_insert_with(|| {
            let mut object = identity(self.object);
            object.name = shown(&object.name).unwrap_or(object.name);
            Arc::new(object)
        });
        let path = if diagnostic.path.is_empty() {
            path::at(self.object.root, diagnostic.span()).into()
        } else {
            diagnostic.path.clone()
        };
        let diagnostic = diagnostic.about(Arc::clone(object), path).in_file(self.file);
        if self.object.kind == Kind::Secret { without_odd_keys(self.object, diagnostic) } else { diagnostic }
    }
}

/// The most letters of a text that repeats the input. A name of a hundred thousand letters is in each finding about its object.
const MOST: usize = 2000;

/// What is shown in place of a text that is too long, or shows a credential. A word that would be cut is left out: the rest of
/// it may be what shows that it is a credential.
fn shown(text: &str) -> Option<String> {
    let Some((end, _)) = text.char_indices().nth(MOST) else { return secret::in_message(text) };
    let kept = text.get(..end).unwrap_or_default();
    let kept = kept.rfind([' ', '"', '\'', '`']).and_then(|at| kept.get(..=at)).unwrap_or_default();
    Some(secret::in_message(kept).unwrap_or_else(|| kept.to_owned()) + "…")
}

/// The words of a finding without the keys of a Secret that may be the secret themselves.
fn without_odd_keys(object: &Object<'_, '_>, diagnostic: Diagnostic) -> Diagnostic {
    let data = ["data", "stringData"].into_iter().filter_map(|field| object.root.get(field));
    let keys = data.flat_map(Node::entries).filter_map(|(key, _)| key.text());
    keys.filter(|key| !secret::is_plain_key(key)).fold(diagnostic, |diagnostic, key| {
        let key = line(key);
        diagnostic.reword(|text| without_word(text, &key))
    })
}

/// A text with asterisks in place of a word of it; none if it does not have the word.
fn without_word(text: &str, word: &str) -> Option<String> {
    let is_apart = |character: Option<char>| character.is_none_or(|character| !character.is_alphanumeric());
    let (mut shown, mut rest, mut found) = (String::new(), text, false);
    while let Some((before, after)) = rest.split_once(word) {
        let hides = is_apart(before.chars().next_back()) && is_apart(after.chars().next());
        shown.push_str(before);
        shown.push_str(if hides { "***" } else { word });
        (rest, found) = (after, found || hides);
    }
    shown.push_str(rest);
    found.then_some(shown)
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
