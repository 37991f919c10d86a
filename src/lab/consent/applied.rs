//! The objects that reach a cluster: what they are, and from which files of a lab a file of the learner comes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::privileges;
use crate::lab::course::{Action, Entry, Lab, objects};
use crate::lab::within;
use crate::yaml::Source;

/// What is said of a text whose objects are not known.
pub(super) const UNREADABLE: &str = "objects that cannot be read in advance";

/// The objects of a text, and what is special about them; placeholders are as the author wrote them. What is applied is read in
/// the same way.
pub(super) fn objects(lab: &Lab, source: &Source) -> (Vec<String>, Vec<String>) {
    let (mut names, mut special) = (Vec::new(), Vec::new());
    let Ok(read) = objects::read(source) else {
        return (names, vec![UNREADABLE.to_owned()]);
    };
    if read.iter().any(objects::waits) {
        special.push("what kubectl has printed before is put into it".to_owned());
    }
    for object in &read {
        let of = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let (kind, own) = (of("/kind").unwrap_or("?"), of("/metadata/name"));
        let mut name = format!("{kind} {}", own.unwrap_or("?"));
        let namespace = of("/metadata/namespace").filter(|space| !is_own(lab, space));
        if let Some(namespace) = namespace {
            name = format!("{name} in the namespace {namespace}");
        }
        if namespace.is_some() || kind == "Namespace" && !own.is_some_and(|own| is_own(lab, own)) {
            special.push(format!("{name}: not of the lab"));
        }
        special.extend(privileges::of(object).into_iter().map(|what| format!("{name}: {what}")));
        names.push(name);
    }
    (names, special)
}

/// Whether a namespace is that of an alias, whatever the run.
fn is_own(lab: &Lab, namespace: &str) -> bool {
    let inner = namespace.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let alias = inner.and_then(|inner| inner.trim().strip_prefix("ns."));
    alias.is_some_and(|alias| lab.namespaces.keys().any(|own| own.0 == alias))
}

/// Which files of the lab are written into the learner's folder, and under which names.
pub(super) struct Writers<'e> {
    /// By a name that all systems take for the same.
    named: BTreeMap<String, BTreeSet<&'e str>>,
    /// Those whose name is known only when it runs.
    open: BTreeSet<&'e str>,
}

impl<'e> Writers<'e> {
    pub(super) fn of(entry: &'e Entry) -> Self {
        let mut writers = Self { named: BTreeMap::new(), open: BTreeSet::new() };
        for (path, _) in entry.manifests("start") {
            writers.add(path.trim_start_matches("start/"), path);
        }
        writers.add("README.md", "README.md");
        let lab = &entry.lab;
        let solutions = lab.solutions.iter().flat_map(|solution| &solution.steps);
        let steps = lab.start.steps.iter().chain(solutions).chain(lab.traps.iter().flat_map(|trap| &trap.steps));
        for step in steps {
            if let Action::Put(put) = &step.action {
                writers.add(&put.file.value, &put.from.value);
            }
        }
        writers
    }

    fn add(&mut self, name: &str, from: &'e str) {
        if name.contains('{') {
            self.open.insert(from);
        } else {
            self.named.entry(key(name)).or_default().insert(from);
        }
    }

    /// The files that a file of the learner may come from, and whether it comes from no other.
    pub(super) fn writers(&self, name: &str) -> (Vec<&'e str>, bool) {
        let from: Vec<&str> = self.named.get(&key(name)).into_iter().flatten().copied().collect();
        // other letters may be the same name under another spelling
        let is_sure = !from.is_empty() && self.open.is_empty() && name.is_ascii();
        (from, is_sure)
    }
}

fn key(name: &str) -> String {
    within::parts(name).map_or_else(|_| name.to_owned(), |parts| parts.join("/")).to_lowercase()
}
