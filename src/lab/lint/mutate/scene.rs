//! What operators see: a lab at its start and after a solution, and what its checks look at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::inventory::{Objects, name};
use super::json::{pod_spec, text};
use super::wrong::{Edit, Wrong};
use crate::check::{self, Options, Selection, live_inputs};
use crate::lab::check_context::Names;
use crate::lab::course::{CheckKind, Lab, Workload};
use crate::lab::run::LABEL;
use crate::spec::validate;

/// Texts by their path or name.
pub(super) type Files = BTreeMap<String, String>;

/// A lab at its start and after a solution.
pub(super) struct Scene<'s> {
    pub(super) lab: &'s Lab,
    pub(super) names: &'s Names,
    pub(super) before: &'s Objects,
    pub(super) after: &'s Objects,
    /// Users by the kubeconfig of the learner's folder that stands for them.
    pub(super) users: BTreeMap<String, String>,
    /// The learner's files before and after.
    pub(super) files: (Files, Files),
    /// The files of the node that steps change, before and after.
    pub(super) node: (Files, Files),
}

impl<'s> Scene<'s> {
    /// What the checks look at, those in groups too.
    pub(super) fn probes(&self) -> Vec<&'s CheckKind> {
        let mut found = Vec::new();
        for check in self.lab.checks() {
            flatten(&check.probe, &mut found);
        }
        found
    }

    /// The types of the checks.
    pub(super) fn types(&self) -> BTreeSet<&'static str> {
        self.probes().into_iter().map(type_of).collect()
    }

    /// The rules that the lab is about.
    pub(super) fn rules(&self) -> BTreeSet<&'static str> {
        let of_lab = self.lab.rules.iter().filter_map(|rule| rule.value.0);
        let of_checks = self.probes().into_iter().filter_map(|probe| match probe {
            CheckKind::Rule(spec) => Some(spec.ids.iter().filter_map(|rule| rule.value.0)),
            _ => None,
        });
        of_lab.chain(of_checks.flatten()).map(|rule| rule.id).collect()
    }

    /// Whether the lab is about one of these rules.
    pub(super) fn is_about(&self, rules: &[&str]) -> bool {
        rules.iter().any(|rule| self.rules().contains(rule))
    }

    /// The real name of a namespace.
    pub(super) fn ns(&self, alias: &str) -> Option<&'s str> {
        self.names.ns.get(alias).map(String::as_str)
    }

    /// The labels of what belongs to the run.
    pub(super) fn labels(&self) -> Value {
        serde_json::json!({LABEL: self.names.run})
    }

    /// The objects that the solution has made or changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&'s String, Option<&'s Value>, &'s Value)> {
        let (before, after) = (self.before, self.after);
        after.iter().filter_map(move |(name, object)| {
            let old = before.get(name);
            (old.map(significant) != Some(significant(object))).then_some((name, old, object))
        })
    }

    /// Those of some kinds.
    pub(super) fn changed_of(
        &self,
        kinds: &'static [&'static str],
    ) -> impl Iterator<Item = (&'s String, Option<&'s Value>, &'s Value)> {
        self.changed().filter(move |(_, _, object)| kinds.contains(&text(object, "/kind")))
    }

    /// The workload of a check.
    pub(super) fn workload(&self, alias: &str, workload: &str) -> Option<&'s Value> {
        let parsed = Workload::parse(workload).ok()?;
        let ns = self.ns(alias)?;
        self.after.values().find(|object| {
            text(object, "/kind") == parsed.kind
                && text(object, "/metadata/name") == parsed.name
                && text(object, "/metadata/namespace") == ns
        })
    }

    /// The objects after some edits.
    pub(super) fn edited(&self, edits: &[Edit]) -> Objects {
        let mut objects = self.after.clone();
        for edit in edits {
            match edit {
                Edit::Put(object) => drop(objects.insert(name(object, self.names), object.clone())),
                Edit::Delete(object) => drop(objects.remove(&name(object, self.names))),
                Edit::Node { .. } | Edit::File { .. } => {}
            }
        }
        objects
    }

    /// Whether some edits bring back what the lab is about: a finding of its rules, or a word that shall not lie open.
    pub(super) fn is_worse(&self, edits: &[Edit]) -> bool {
        let edited = self.edited(edits);
        let rules = self.rules();
        !findings(&edited, &rules).is_subset(&findings(self.after, &rules))
            || self.open_words(&edited) > self.open_words(self.after)
    }

    /// How often words that shall not lie open do so.
    fn open_words(&self, objects: &Objects) -> usize {
        let words: Vec<&str> = self.markers().collect();
        let open = objects.values().filter(|object| text(object, "/kind") != "Secret").map(Value::to_string);
        open.map(|object| words.iter().map(|word| object.matches(word).count()).sum::<usize>()).sum()
    }

    /// The words that shall not lie open.
    pub(super) fn markers(&self) -> impl Iterator<Item = &'s str> {
        let names = self.names;
        self.probes().into_iter().filter_map(move |probe| match probe {
            CheckKind::Leak(spec) => names.random.get(&*spec.marker.value.0).map(String::as_str),
            _ => None,
        })
    }

    /// A wrong answer that changes one object, if there is a change.
    pub(super) fn changes(&self, what: &str, object: &Value, changed: Option<Value>) -> Option<Wrong> {
        let changed = changed.filter(|changed| changed != object)?;
        Some(Wrong::new(format!("{}: {what}", name(object, self.names)), [Edit::Put(changed)]))
    }
}

/// What of an object counts as its maker's doing.
fn significant(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("annotations");
    }
    if let Some((pointer, _)) = pod_spec(&object)
        && let Some(template) = pointer.strip_suffix("/spec").filter(|pointer| !pointer.is_empty())
        && let Some(metadata) = object.pointer_mut(&format!("{template}/metadata")).and_then(Value::as_object_mut)
    {
        metadata.remove("annotations");
    }
    object
}

fn flatten<'l>(probe: &'l CheckKind, found: &mut Vec<&'l CheckKind>) {
    match probe {
        CheckKind::Any(members) | CheckKind::All(members) | CheckKind::None(members) => {
            for member in members {
                flatten(member, found);
            }
        }
        one => found.push(one),
    }
}

/// The word for a type of check, as a `lab.yaml` has it.
fn type_of(probe: &CheckKind) -> &'static str {
    match probe {
        CheckKind::Any(_) => "any",
        CheckKind::All(_) => "all",
        CheckKind::None(_) => "none",
        CheckKind::Resource(_) => "resource",
        CheckKind::CanI(_) => "can_i",
        CheckKind::Admission(_) => "admission",
        CheckKind::Exec(_) => "exec",
        CheckKind::Connect(_) => "connect",
        CheckKind::Http(_) => "http",
        CheckKind::Route(_) => "route",
        CheckKind::Rule(_) => "rule",
        CheckKind::Healthy(_) => "healthy",
        CheckKind::Token(_) => "token",
        CheckKind::Cert(_) => "cert",
        CheckKind::Leak(_) => "leak",
        CheckKind::Unchanged(_) => "unchanged",
        CheckKind::Answer(_) => "answer",
        CheckKind::Flag(_) => "flag",
        CheckKind::NodeFile(_) => "node_file",
        CheckKind::Audit(_) => "audit",
        CheckKind::Etcd(_) => "etcd",
    }
}

/// What the rules find in objects, each finding as a text.
fn findings(objects: &Objects, rules: &BTreeSet<&'static str>) -> BTreeSet<String> {
    let ids: Vec<String> = rules.iter().map(|id| (*id).to_owned()).collect();
    let Ok(selection) = Selection::from_words(&ids, &[]) else { return BTreeSet::new() };
    if ids.is_empty() {
        return BTreeSet::new();
    }
    let options =
        Options { no_suppress: selection.rules().collect(), selection, today: validate::today(), ..Options::default() };
    let outcome = check::run(&live_inputs(objects.values().cloned().collect()), &options);
    let shown = outcome.findings.iter().map(|finding| {
        let container = finding.container.as_deref().unwrap_or_default();
        format!("{} {} {container} {}", finding.id, finding.object(), finding.message)
    });
    shown.collect()
}
