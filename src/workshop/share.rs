//! Whether a lab can share a cluster with the same lab of others: only objects in its own namespaces, nothing of the node.

use serde_json::Value;

use crate::client::kinds::Resource;
use crate::lab::course::check_kind::CheckKind;
use crate::lab::course::values::Need;
use crate::lab::course::{Action, Entry, Step, objects};
use crate::rules::pod_security::capabilities_baseline::ALLOWED;

/// Why a lab needs a cluster of its own; none if it can share one.
pub fn obstacle(entry: &Entry) -> Option<String> {
    let lab = &entry.lab;
    if lab.needs.contains(&Need::OwnCluster) {
        return Some("it changes the control plane".to_owned());
    }
    if lab.needs.contains(&Need::Node) {
        return Some("it looks at the node".to_owned());
    }
    let mut checks = lab.tasks.iter().flat_map(|task| &task.checks);
    if checks.all(|check| matches!(check.probe, CheckKind::Answer(_))) {
        return Some("it looks at the cluster as a whole".to_owned());
    }
    if let Some(reason) = of_steps(entry, &lab.start.steps, "start") {
        return Some(format!("its start {reason}"));
    }
    let mut reasons = lab.solutions.iter().map(|solution| of_steps(entry, &solution.steps, &solution.dir.value));
    // one way to pass is enough
    let first = reasons.next().flatten()?;
    reasons.all(|reason| reason.is_some()).then(|| format!("its solution {first}"))
}

/// What steps do beyond the namespaces of the lab; without any, everything in the folder is applied.
fn of_steps(entry: &Entry, steps: &[Step], dir: &str) -> Option<String> {
    if steps.is_empty() {
        return of_manifests(entry, dir);
    }
    steps.iter().find_map(|step| match &step.action {
        Action::Apply(path) | Action::Replace(path) | Action::Patch(path) => of_manifests(entry, path),
        Action::Delete(object) if object.ns.is_none() => {
            Some(format!("deletes the {} of the cluster", object.kind.value))
        }
        Action::Kubectl(argv, _) => {
            let words: Vec<&str> = argv.iter().map(|word| word.value.as_str()).collect();
            of_kubectl(&words)
        }
        action if action.on_node().is_some() => Some("changes the node".to_owned()),
        _ => None,
    })
}

fn of_kubectl(words: &[&str]) -> Option<String> {
    let line = words.join(" ");
    let of_cluster = ["certificate ", "create clusterrole", "create namespace", "cordon", "drain", "taint"];
    if of_cluster.iter().any(|verb| line.starts_with(verb)) {
        return Some(format!(
            "runs `kubectl {}`, which is about the cluster",
            words.iter().take(2).copied().collect::<Vec<_>>().join(" ")
        ));
    }
    line.contains(".users[").then(|| "takes the credentials of whoever starts it".to_owned())
}

fn of_manifests(entry: &Entry, path: &str) -> Option<String> {
    entry.manifests(path).into_iter().find_map(|(_, source)| match objects::read(source) {
        Ok(read) => read.iter().find_map(|object| of_object(entry, object)),
        Err(_) => Some("has manifests that cannot be read in advance".to_owned()),
    })
}

fn of_object(entry: &Entry, object: &Value) -> Option<String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (kind, name) = (text("/kind"), text("/metadata/name"));
    if kind == "Namespace" {
        return (!is_own(entry, name)).then(|| format!("changes the namespace {name}"));
    }
    let known = Resource::known(object.get("apiVersion").and_then(Value::as_str), kind);
    if !known.is_some_and(|known| known.namespaced) {
        return Some(format!("has a {kind}, which is the whole cluster's"));
    }
    let namespace = text("/metadata/namespace");
    if !namespace.is_empty() && !is_own(entry, namespace) {
        return Some(format!("changes the namespace {namespace}"));
    }
    of_node(object).map(|what| format!("has a {kind} with {what}"))
}

/// Whether a namespace is that of an alias, whatever the run.
fn is_own(entry: &Entry, namespace: &str) -> bool {
    let inner = namespace.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let alias = inner.and_then(|inner| inner.trim().strip_prefix("ns."));
    alias.is_some_and(|alias| entry.lab.namespaces.keys().any(|own| own.0 == alias))
}

/// A field that takes something of the node, wherever it is.
fn of_node(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().find_map(of_node),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| special(key, value).or_else(|| of_node(value))),
        _ => None,
    }
}

fn special(key: &str, value: &Value) -> Option<String> {
    let is_on = value.as_bool() == Some(true);
    match key {
        "privileged" | "hostNetwork" | "hostPID" | "hostIPC" | "hostProcess" if is_on => Some(key.to_owned()),
        "hostPath" | "hostPort" | "nodePort" if !value.is_null() => Some(key.to_owned()),
        "capabilities" => {
            let added = value.get("add").and_then(Value::as_array)?;
            let words = added.iter().filter_map(Value::as_str);
            words.map(|word| word.trim_start_matches("CAP_")).find(|word| !ALLOWED.contains(word)).map(str::to_owned)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::obstacle;
    use crate::lab::course::Course;

    #[test]
    fn labs_of_namespaces_share_a_cluster_and_others_say_why_not() {
        let course = Course::embedded().unwrap_or_else(|faults| panic!("{}", faults.show()));
        let shared: Vec<u32> =
            course.labs.iter().filter(|entry| obstacle(entry).is_none()).map(|entry| entry.number).collect();
        assert_eq!(shared, [1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14, 22, 23, 28]);
        let why = |number: &str| obstacle(course.find(number).expect("a lab")).expect("a reason");
        assert_eq!(why("8"), "it looks at the node");
        assert_eq!(why("16"), "its start has a ValidatingAdmissionPolicy, which is the whole cluster's");
        assert_eq!(why("21"), "it changes the control plane");
        assert_eq!(why("25"), "it looks at the cluster as a whole");
    }
}
