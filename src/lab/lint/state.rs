//! States that the proof brings a lab into, and what a lab has made.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::client::apply::{self, Place};
use crate::client::{Api, Method, Request, kinds::Resource};
use crate::k8s::object::Kind;
use crate::lab::check_context::Names;
use crate::lab::run::RunError;

/// The kinds that make pods.
const WORKLOADS: &[Kind] = &[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::CronJob, Kind::Job, Kind::Pod];

/// The kinds that are compared between two runs.
pub(super) const COMPARED: &[Kind] = &[
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::CronJob,
    Kind::Job,
    Kind::Service,
    Kind::ConfigMap,
    Kind::Secret,
    Kind::ServiceAccount,
    Kind::Role,
    Kind::RoleBinding,
    Kind::NetworkPolicy,
    Kind::ResourceQuota,
    Kind::LimitRange,
];

/// Whether a run has any pod at all: a lab of the control plane may do without.
pub(super) fn has_pods(api: &dyn Api, names: &Names) -> Result<bool, RunError> {
    let Some(pods) = Resource::of(Kind::Pod) else { return Ok(false) };
    for namespace in names.ns.values() {
        if !apply::list(api, &pods, Some(namespace), None)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many seconds a pod takes from its creation until it is ready on the machine for which `seconds` of labs are
/// written: two cores, and a probe each second.
const READY: f64 = 3.0;

/// How much slower than that the machine is now, by the pods of a run; 1 if it is not, or if there are no pods.
pub(super) fn slowness(api: &dyn Api, names: &Names) -> Result<f64, RunError> {
    let Some(pods) = Resource::of(Kind::Pod) else { return Ok(1.0) };
    let mut took = Vec::new();
    for namespace in names.ns.values() {
        took.extend(apply::list(api, &pods, Some(namespace), None)?.iter().filter_map(seconds_to_ready));
    }
    Ok(slowness_of(took))
}

fn slowness_of(mut took: Vec<f64>) -> f64 {
    took.sort_by(f64::total_cmp);
    let median = took.get(took.len() / 2).copied().unwrap_or_default();
    (median / READY).max(1.0)
}

/// How long a pod took from its creation until it was ready; none if it is not.
fn seconds_to_ready(pod: &Value) -> Option<f64> {
    let time = |value: &Value, key: &str| value.get(key)?.as_str()?.parse::<Timestamp>().ok();
    let conditions = pod.pointer("/status/conditions")?.as_array()?;
    let is = |condition: &&Value, key: &str, word: &str| condition.get(key).and_then(Value::as_str) == Some(word);
    let ready = conditions.iter().find(|one| is(one, "type", "Ready") && is(one, "status", "True"))?;
    let took = time(ready, "lastTransitionTime")?.duration_since(time(pod.get("metadata")?, "creationTimestamp")?);
    Some(took.as_secs_f64())
}

/// Deletes everything that makes pods.
pub(super) fn delete_workloads(api: &dyn Api, names: &Names) -> Result<(), RunError> {
    for namespace in names.ns.values() {
        for kind in WORKLOADS {
            delete_all(api, *kind, namespace)?;
        }
    }
    Ok(())
}

/// Deletes all objects of a kind in a namespace at once.
fn delete_all(api: &dyn Api, kind: Kind, namespace: &str) -> Result<(), RunError> {
    let Some(resource) = Resource::of(kind) else { return Ok(()) };
    let options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0});
    api.request(&Request::new(Method::Delete, resource.path(Some(namespace))).with(options))?;
    Ok(())
}

/// Deletes the pods that something makes again.
pub(super) fn restart_pods(api: &dyn Api, names: &Names) -> Result<(), RunError> {
    let Some(pods) = Resource::of(Kind::Pod) else { return Ok(()) };
    for namespace in names.ns.values() {
        for pod in apply::list(api, &pods, Some(namespace), None)? {
            let name = pod.pointer("/metadata/name").and_then(Value::as_str);
            let is_made = pod.pointer("/metadata/ownerReferences").is_some();
            if let Some(name) = name.filter(|_| is_made) {
                let place = Place { resource: pods.clone(), namespace: Some(namespace.clone()), name: name.to_owned() };
                apply::delete(api, &place)?;
            }
        }
    }
    Ok(())
}

/// What a run has made, without what differs between runs: the names, and what the API server writes.
pub(super) fn objects(api: &dyn Api, names: &Names) -> Result<BTreeSet<String>, RunError> {
    let mut found = BTreeSet::new();
    for (alias, namespace) in &names.ns {
        for kind in COMPARED {
            let Some(resource) = Resource::of(*kind) else { continue };
            for mut object in apply::list(api, &resource, Some(namespace), None)? {
                if object.pointer("/metadata/ownerReferences").is_some() {
                    continue;
                }
                strip(&mut object);
                found.insert(format!(
                    "{} in {alias}: {}",
                    kind.name(),
                    neutral(&object.to_string(), names, |alias| format!("<{alias}>"))
                ));
            }
        }
    }
    Ok(found)
}

/// Takes out of an object what the API server writes into every one.
pub(super) fn strip_server_fields(object: &mut Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"] {
            metadata.remove(key);
        }
    }
}

fn strip(object: &mut Value) {
    strip_server_fields(object);
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("annotations");
        // the API server notes the day on which a token of a Secret was used
        if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
            labels.remove("kubernetes.io/legacy-token-last-used");
            if labels.is_empty() {
                metadata.remove("labels");
            }
        }
    }
    if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
        for key in ["clusterIP", "clusterIPs"] {
            spec.remove(key);
        }
    }
    // what is random by itself: tokens, and passwords that kubectl has made
    let is_secret = object.get("type").is_some();
    if let Some(data) = object.get_mut("data").filter(|_| is_secret) {
        *data = Value::Null;
    }
}

/// A text without what differs between runs; `space` shows the alias of a namespace.
pub(super) fn neutral(text: &str, names: &Names, space: impl Fn(&str) -> String) -> String {
    let random = names.random.iter().map(|(name, word)| (word.as_str(), format!("<{name}>")));
    let spaces = names.ns.iter().map(|(alias, name)| (name.as_str(), space(alias)));
    let run = std::iter::once((names.run.as_str(), "<run>".to_owned()));
    spaces.chain(random).chain(run).fold(text.to_owned(), |text, (word, name)| text.replace(word, &name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{seconds_to_ready, slowness_of};

    #[test]
    fn a_machine_is_as_slow_as_its_pods() {
        let pod = |ready: &str, status: &str| {
            json!({"metadata": {"creationTimestamp": "2026-11-24T12:00:00Z"}, "status": {"conditions": [
                {"type": "Ready", "status": status, "lastTransitionTime": ready}]}})
        };
        assert_eq!(seconds_to_ready(&pod("2026-11-24T12:00:09Z", "True")), Some(9.0));
        assert_eq!(seconds_to_ready(&pod("2026-11-24T12:00:09Z", "False")), None);
        for (took, slowness) in [(vec![], 1.0), (vec![1.0, 2.0], 1.0), (vec![9.0, 1.0, 30.0], 3.0)] {
            assert!((slowness_of(took.clone()) - slowness).abs() < 0.01, "{took:?}");
        }
    }
}
