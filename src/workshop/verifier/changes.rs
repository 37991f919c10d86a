//! Who changed something: a list of each kind for the whole cluster, of the objects' metadata only.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};

use serde_json::Value;

use crate::client::kinds::Resource;
use crate::client::{Api, ApiError, Request};
use crate::lab::probe_pods;
use crate::lab::run::rollout::WATCHED;
use crate::workshop::place::{ATTENDEE, LAB, WORKSHOP};

/// Who writes into objects without anybody having done something.
const CONTROLLERS: &[&str] = &["kube-controller-manager", "kube-scheduler", "kubelet"];

/// A number for each attendee of a lab, which differs when something in their namespaces was changed by a person.
pub fn fingerprints(api: &dyn Api, workshop: &str, lab: &str) -> Result<BTreeMap<String, u64>, ApiError> {
    let spaces = spaces(api, workshop, lab)?;
    let mut prints: BTreeMap<String, u64> = BTreeMap::new();
    for (name, labels) in spaces.values() {
        // labels of a namespace are somebody's work, too
        let print = prints.entry(name.clone()).or_default();
        *print = print.wrapping_add(*labels);
    }
    let paths = WATCHED.iter().filter_map(|kind| Some(Resource::of(*kind)?.path(None)));
    // what the API server has in its memory is new enough
    let requests: Vec<Request> =
        paths.map(|path| Request::get(format!("{path}?resourceVersion=0")).metadata()).collect();
    for answer in api.request_all(&requests) {
        let answer = answer?;
        // what cannot be listed was not changed either
        let items = if answer.is_success() { answer.json()? } else { Value::Null };
        for object in items.get("items").and_then(Value::as_array).into_iter().flatten() {
            let space = object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
            let print = spaces.get(space).and_then(|(name, _)| prints.get_mut(name));
            if let (Some(print), Some(value)) = (print, of_people(object)) {
                // in whatever order they are listed
                *print = print.wrapping_add(value);
            }
        }
    }
    Ok(prints)
}

/// The namespaces of a lab, and those of the accounts, each with its attendee and a number for its labels.
fn spaces(api: &dyn Api, workshop: &str, lab: &str) -> Result<BTreeMap<String, (String, u64)>, ApiError> {
    let path = format!("/api/v1/namespaces?labelSelector={}%3D{workshop}", WORKSHOP.replace('/', "%2F"));
    let answer = api.request(&Request::get(path).metadata())?;
    if !answer.is_success() {
        return Err(ApiError::Unreadable(answer.message()));
    }
    let list = answer.json()?;
    let items = list.get("items").and_then(Value::as_array).into_iter().flatten();
    let space = |object: &Value| {
        let label = |key: &str| object.pointer("/metadata/labels")?.get(key)?.as_str();
        let name = object.pointer("/metadata/name")?.as_str()?;
        let is_wanted = label(LAB).is_none_or(|of| of == lab);
        let labels = hash(&object.pointer("/metadata/labels").map(ToString::to_string));
        Some((name.to_owned(), (label(ATTENDEE)?.to_owned(), labels))).filter(|_| is_wanted)
    };
    Ok(items.filter_map(space).collect())
}

/// A number for what people did to an object; none if it is nobody's work.
fn of_people(object: &Value) -> Option<u64> {
    let metadata = object.get("metadata")?;
    let is_probe = metadata.get("labels").is_some_and(|labels| labels.get(probe_pods::LABEL).is_some());
    // what controllers make of something follows by itself
    if is_probe || metadata.get("ownerReferences").is_some() {
        return None;
    }
    let text = |value: &Value, key: &str| value.get(key).map(ToString::to_string).unwrap_or_default();
    let fields = metadata.get("managedFields").and_then(Value::as_array).into_iter().flatten();
    let by_people = fields.filter(|entry| {
        let manager = entry.get("manager").and_then(Value::as_str).unwrap_or_default();
        entry.get("subresource").is_none() && !CONTROLLERS.contains(&manager)
    });
    let writes: Vec<(String, String)> = by_people.map(|entry| (text(entry, "manager"), text(entry, "time"))).collect();
    let keys = ["uid", "generation", "labels", "deletionTimestamp"].map(|key| text(metadata, key));
    Some(hash(&(keys, writes)))
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::of_people;

    fn pod(change: impl Fn(&mut Value)) -> Option<u64> {
        let mut pod = json!({"metadata": {
            "uid": "a", "generation": 1, "labels": {"app": "page"}, "resourceVersion": "7",
            "managedFields": [
                {"manager": "kubectl", "operation": "Apply", "time": "2026-11-30T09:00:00Z"},
                {"manager": "kube-controller-manager", "operation": "Update", "time": "2026-11-30T09:00:01Z"},
                {"manager": "kubelet", "operation": "Update", "subresource": "status", "time": "2026-11-30T09:00:02Z"},
            ],
        }});
        change(&mut pod);
        of_people(&pod)
    }

    #[test]
    fn only_what_people_do_counts() {
        let before = pod(|_| {});
        assert!(before.is_some());
        let set = |pointer: &'static str, value: Value| {
            move |pod: &mut Value| *pod.pointer_mut(pointer).unwrap() = value.clone()
        };
        for (pointer, value) in [
            ("/metadata/resourceVersion", json!("8")),
            ("/metadata/managedFields/1/time", json!("2026-11-30T09:10:00Z")),
            ("/metadata/managedFields/2/time", json!("2026-11-30T09:10:00Z")),
        ] {
            assert_eq!(pod(set(pointer, value)), before, "{pointer}");
        }
        for (pointer, value) in [
            ("/metadata/generation", json!(2)),
            ("/metadata/uid", json!("b")),
            ("/metadata/labels/app", json!("other")),
            ("/metadata/managedFields/0/time", json!("2026-11-30T09:10:00Z")),
        ] {
            assert_ne!(pod(set(pointer, value)), before, "{pointer}");
        }
        // pods of a Deployment and of the verifier itself are nobody's work
        assert_eq!(pod(|pod| pod["metadata"]["ownerReferences"] = json!([{"uid": "c"}])), None);
        assert_eq!(pod(|pod| pod["metadata"]["labels"] = json!({"tightship/probe": "x"})), None);
    }
}
