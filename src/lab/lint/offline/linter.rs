//! What the checks of the linter share.

use crate::decode::Located;
use crate::diagnostic::{Diagnostic, Text, nearest};
use crate::lab::check::cel;
use crate::lab::check_context::Names;
use crate::lab::course::values::{Id, Need};
use crate::lab::course::{Entry, Faults, Lab, Workload};
use crate::lab::within;
use crate::yaml::{Source, Span};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of a file of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// The API server is asked about it.
    Asked,
    /// It is applied when a learner could have.
    Applied,
    /// It is applied at the start.
    Started,
}

pub(super) struct Linter<'e> {
    pub(super) entry: &'e Entry,
    pub(super) lab: &'e Lab,
    /// Names of no run, to try texts with.
    pub(super) names: Names,
    pub(super) faults: Faults,
    /// The files that something needs.
    pub(super) used: BTreeSet<String>,
    /// The files of objects, and what becomes of them.
    pub(super) manifests: BTreeMap<String, Use>,
}

impl Linter<'_> {
    /// Reports a problem of the `lab.yaml`.
    pub(super) fn say(&mut self, problem: Diagnostic) {
        let source = &self.entry.source;
        self.say_of(&source.clone(), problem);
    }

    /// Reports a problem of a file, once.
    pub(super) fn say_of(&mut self, source: &Source, problem: Diagnostic) {
        self.faults.add_once(source, problem);
    }

    pub(super) fn wrong(&mut self, span: Span, message: impl Into<Text>) {
        self.say(Diagnostic::error(span, message));
    }

    /// Reports a word that is none of those known.
    pub(super) fn unknown<'w>(&mut self, span: Span, what: &str, word: &str, known: impl IntoIterator<Item = &'w str>) {
        let known: Vec<&str> = known.into_iter().collect();
        let problem = Diagnostic::error(span, format!("there is no {what} `{word}`"));
        self.say(match nearest(word, known.iter().copied()) {
            Some(near) => problem.label(format!("did you mean `{near}`?")),
            None if known.is_empty() => problem.label(format!("this lab has no {what}")),
            None => problem.label(format!("no such {what}")).help(format!("there are {}", known.join(", "))),
        });
    }

    /// Whether the lab has one of these needs; it says what it needs, so that it can be left out where that is not met.
    pub(super) fn needs(&mut self, span: Span, needs: &[Need], why: &str) {
        if !needs.iter().any(|need| self.lab.needs.contains(need)) {
            let words: Vec<String> = needs.iter().map(|need| format!("`needs: [{}]`", need.as_str())).collect();
            self.wrong(span, format!("{why} needs {}", words.join(" or ")));
        }
    }

    /// Whether the lab has a namespace of this alias.
    pub(super) fn alias(&mut self, alias: &Located<Id>) {
        if !self.lab.namespaces.contains_key(&alias.value) {
            let known: Vec<&str> = self.lab.namespaces.keys().map(|alias| alias.0.as_str()).collect();
            self.unknown(alias.span, "namespace", &alias.value, known);
        }
    }

    /// The namespace of something that is in one.
    pub(super) fn namespace(&mut self, alias: Option<&Located<Id>>, span: Span, what: &str) {
        match alias {
            Some(alias) => self.alias(alias),
            None => self.wrong(span, format!("`ns` is missing: {what} is in a namespace")),
        }
    }

    /// A text with names filled in; none if that is not possible, which is reported where texts are looked at.
    pub(super) fn filled(&self, text: &str) -> Option<String> {
        self.names.filled(text).ok()
    }

    /// Whether an expression can be read.
    pub(super) fn cel(&mut self, expression: Option<&Located<String>>) {
        let Some((expression, text)) = expression.and_then(|text| Some((text, self.filled(text)?))) else { return };
        if let Some(problem) = cel::problem(&text) {
            self.wrong(expression.span, problem);
        }
    }

    /// Whether a regular expression can be read.
    pub(super) fn regex(&mut self, expression: Option<&Located<String>>) {
        let Some((expression, text)) = expression.and_then(|text| Some((text, self.filled(text)?))) else { return };
        if let Err(error) = Regex::new(&text) {
            let last = error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            self.say(Diagnostic::error(expression.span, "this is not a regular expression").label(last));
        }
    }

    /// Whether exactly one of these keys is there; reports it otherwise.
    pub(super) fn one_of(&mut self, span: Span, what: &str, keys: &[(&str, bool)]) -> bool {
        let given: Vec<&str> = keys.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
        if given.len() == 1 {
            return true;
        }
        let all: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
        let message = if given.is_empty() {
            format!("{what} is missing")
        } else {
            format!("{what} is there several times: `{}`", given.join("` and `"))
        };
        self.say(Diagnostic::error(span, message).label(format!("expected one of {}", all.join(", "))));
        false
    }

    /// Reports keys that mean nothing beside another.
    pub(super) fn not_with(&mut self, span: Span, reason: &str, keys: &[(&str, bool)]) {
        for (key, _) in keys.iter().filter(|(_, given)| *given) {
            self.wrong(span, format!("`{key}` means nothing {reason}"));
        }
    }

    /// Takes a file of the lab into use, or reports that there is none.
    pub(super) fn file(&mut self, path: &Located<String>) -> bool {
        if self.entry.files.contains_key(path.as_str()) {
            self.used.insert(path.value.clone());
            return true;
        }
        let files: Vec<&str> = self.entry.files.keys().map(String::as_str).collect();
        self.missing(path, "file", files);
        false
    }

    /// A file of the learner's folder: whether it is in it.
    pub(super) fn learners(&mut self, file: &Located<String>) {
        if let Some(Err(error)) = self.filled(file).map(|file| within::parts(&file).map(drop)) {
            self.wrong(file.span, error.to_string());
        }
    }

    pub(super) fn missing(&mut self, path: &Located<String>, what: &str, known: Vec<&str>) {
        let problem = Diagnostic::error(path.span, format!("this lab has no {what} `{}`", path.value));
        self.say(match nearest(path, known) {
            Some(near) => problem.label(format!("did you mean `{near}`?")),
            None => problem.label(format!("no such {what}")),
        });
    }

    /// Says what becomes of a file of objects.
    pub(super) fn manifest(&mut self, path: &str, purpose: Use) {
        self.used.insert(path.to_owned());
        let known = self.manifests.entry(path.to_owned()).or_insert(purpose);
        *known = purpose.max(*known);
    }
}

/// The workload of a check.
pub(super) fn workload(linter: &mut Linter<'_>, workload: &Located<String>) {
    if let Some(Err(error)) = linter.filled(workload).map(|text| Workload::parse(&text)) {
        linter.wrong(workload.span, error);
    }
}
