//! Whether a cluster still works on what somebody changed, and when that was.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::client::apply::list_all;
use crate::client::kinds::Resource;
use crate::client::{Api, ApiError, apply::Failure};
use crate::k8s::object::Kind;
use crate::lab::check_context::Names;
use crate::lab::probe_pods;

/// The most that a rollout is waited for.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a pod may take until its containers run; a busy machine takes its time.
const SLOW: SignedDuration = SignedDuration::from_secs(60);
/// How long containers that run may take to be ready, until they are taken for some that never will be.
const UNREADY: SignedDuration = SignedDuration::from_secs(15);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(250);

/// The kinds in a namespace by whose changes is told when somebody was at work.
pub const WATCHED: &[Kind] = &[
    Kind::Pod,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
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

/// The same of the cluster as a whole.
const WATCHED_CLUSTER: &[Kind] = &[
    Kind::ClusterRoleBinding,
    Kind::ValidatingAdmissionPolicy,
    Kind::ValidatingAdmissionPolicyBinding,
    Kind::Namespace,
];

/// Everything of some kinds, asked for at once.
fn all<'k>(
    api: &dyn Api,
    wanted: impl IntoIterator<Item = (Kind, Option<&'k str>)>,
) -> Result<Vec<(Kind, Value)>, ApiError> {
    let wanted = wanted.into_iter().filter_map(|(kind, namespace)| Some((kind, (Resource::of(kind)?, namespace))));
    let (kinds, wanted): (Vec<Kind>, Vec<(Resource, Option<&str>)>) = wanted.unzip();
    let mut found = Vec::new();
    for (kind, answer) in kinds.into_iter().zip(list_all(api, &wanted)) {
        match answer {
            Ok(objects) => found.extend(objects.into_iter().map(|object| (kind, object))),
            // what cannot be listed was not changed either
            Err(Failure::Refused(_)) => {}
            Err(Failure::Api(error)) => return Err(error),
        }
    }
    Ok(found)
}

/// What a run has in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survey {
    /// When something was last changed; none if there is nothing.
    pub last_change: Option<Timestamp>,
    /// A number that differs when somebody has changed, added or deleted an object; of a deletion no object tells.
    pub fingerprint: u64,
}

/// Looks at all that a run has in the cluster.
pub fn survey(api: &dyn Api, names: &Names) -> Result<Survey, ApiError> {
    let spaces = names.ns.values().flat_map(|ns| WATCHED.iter().map(move |kind| (*kind, Some(ns.as_str()))));
    let objects = all(api, spaces.chain(WATCHED_CLUSTER.iter().map(|kind| (*kind, None))))?;
    let ours: Vec<(Kind, Value)> = objects.into_iter().filter(|(kind, object)| is_ours(*kind, object, names)).collect();
    let last_change = ours.iter().filter_map(|(_, object)| changed(object)).max();
    let mut hasher = DefaultHasher::new();
    for (_, object) in ours {
        // what controllers make of it follows by itself
        if object.pointer("/metadata/ownerReferences").is_none() {
            of_people(object).to_string().hash(&mut hasher);
        }
    }
    Ok(Survey { last_change, fingerprint: hasher.finish() })
}

/// An object without what the cluster writes into it.
fn of_people(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in ["managedFields", "resourceVersion", "generation", "annotations"] {
            metadata.remove(key);
        }
    }
    object
}

/// Whether an object counts: not another namespace, and not a pod of our own checks.
fn is_ours(kind: Kind, object: &Value, names: &Names) -> bool {
    match kind {
        Kind::Namespace => text(object, "/metadata/name").is_some_and(|name| names.ns.values().any(|ns| ns == name)),
        Kind::Pod => object.pointer("/metadata/labels").is_none_or(|labels| labels.get(probe_pods::LABEL).is_none()),
        _ => true,
    }
}

/// When an object was last changed by somebody.
fn changed(object: &Value) -> Option<Timestamp> {
    let managed = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    // a quota counts what others do
    let counts = |entry: &&Value| text(object, "/kind") == Some("ResourceQuota") && entry.get("subresource").is_some();
    let times = managed.into_iter().flatten().filter(|entry| !counts(entry)).filter_map(|entry| time(entry, "/time"));
    times.chain(time(object, "/metadata/creationTimestamp")).chain(time(object, "/metadata/deletionTimestamp")).max()
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    text(value, pointer)?.parse().ok()
}

fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

/// Waits until no rollout of a run goes on: all are over, or stuck. Tells what is waited for.
pub fn wait(api: &dyn Api, names: &Names, tell: &mut dyn FnMut(&str)) -> Result<(), ApiError> {
    let end = Instant::now() + PATIENCE;
    let mut told = String::new();
    loop {
        let Some(what) = unfinished(api, names, Timestamp::now())? else { return Ok(()) };
        if Instant::now() >= end {
            return Ok(());
        }
        if what != told {
            tell(&format!("wait for {what}"));
            told = what;
        }
        thread::sleep(LOOK);
    }
}

/// Something that still goes on: the first of it.
fn unfinished(api: &dyn Api, names: &Names, now: Timestamp) -> Result<Option<String>, ApiError> {
    const KINDS: &[Kind] = &[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::Pod];
    let spaces = names.ns.values().flat_map(|ns| KINDS.iter().map(move |kind| (*kind, Some(ns.as_str()))));
    let objects = all(api, spaces)?;
    let pods: Vec<&Value> = objects.iter().filter(|(kind, _)| *kind == Kind::Pod).map(|(_, pod)| pod).collect();
    let goes_on = objects.iter().find(|(kind, object)| match *kind {
        Kind::Pod => pod_starts(object, now),
        _ => rolls_out(*kind, object) && !is_stuck(object, &pods, now),
    });
    Ok(goes_on.map(|(kind, object)| {
        format!("{}/{}", kind.name().to_lowercase(), text(object, "/metadata/name").unwrap_or("?"))
    }))
}

/// Whether a controller has not yet made of its pods what the spec says.
fn rolls_out(kind: Kind, object: &Value) -> bool {
    let behind = number(object, "/metadata/generation") > number(object, "/status/observedGeneration");
    let wanted = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    behind
        || if kind == Kind::DaemonSet {
            let wanted = number(object, "/status/desiredNumberScheduled");
            number(object, "/status/updatedNumberScheduled") < wanted || number(object, "/status/numberReady") < wanted
        } else {
            number(object, "/status/updatedReplicas") < wanted
                || number(object, "/status/readyReplicas") < wanted
                || number(object, "/status/replicas") > wanted
        }
}

/// Whether a controller gets no further: it may not make a pod, or one of its new pods cannot start.
fn is_stuck(object: &Value, pods: &[&Value], now: Timestamp) -> bool {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let refused = conditions.into_iter().flatten().any(|condition| {
        let is = |key: &str, word: &str| text(condition, key) == Some(word);
        (is("/type", "ReplicaFailure") && is("/status", "True"))
            || (is("/type", "Progressing") && is("/status", "False"))
    });
    let behind = number(object, "/metadata/generation") > number(object, "/status/observedGeneration");
    let name = text(object, "/metadata/name").unwrap_or_default();
    let own = pods.iter().filter(|pod| {
        let owner = text(pod, "/metadata/ownerReferences/0/name").unwrap_or_default();
        owner == name || owner.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
    });
    let lost = own
        .filter(|pod| text(pod, "/metadata/deletionTimestamp").is_none())
        .any(|pod| !is_ready(pod) && !pod_starts(pod, now));
    !behind && (refused || lost)
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    conditions
        .into_iter()
        .flatten()
        .any(|condition| text(condition, "/type") == Some("Ready") && text(condition, "/status") == Some("True"))
}

/// Whether a pod is on its way: neither ready nor stuck, and young.
fn pod_starts(pod: &Value, now: Timestamp) -> bool {
    if text(pod, "/metadata/deletionTimestamp").is_some() || is_ready(pod) {
        return false;
    }
    if matches!(text(pod, "/status/phase"), Some("Failed" | "Succeeded")) {
        return false;
    }
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let statuses = containers.iter().filter_map(|pointer| pod.pointer(pointer)?.as_array()).flatten();
    let waits_in_vain = |status: &Value| -> bool {
        text(status, "/state/waiting/reason").is_some_and(|reason| probe_pods::STUCK.contains(&reason))
            || number(status, "/restartCount") > 0
    };
    let statuses: Vec<&Value> = statuses.collect();
    let begun = |pointer: &str| statuses.iter().filter_map(|status| time(status, pointer)).max();
    let all_run = !statuses.is_empty() && statuses.iter().all(|status| text(status, "/state/waiting/reason").is_none());
    let (since, patience) = match begun("/state/running/startedAt").filter(|_| all_run) {
        Some(running) => (Some(running), UNREADY),
        None => (time(pod, "/metadata/creationTimestamp"), SLOW),
    };
    let is_young = since.is_none_or(|since| now.duration_since(since) < patience);
    is_young && !is_unschedulable(pod) && !statuses.into_iter().any(waits_in_vain)
}

/// Whether no node takes a pod.
fn is_unschedulable(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    conditions.into_iter().flatten().any(|condition| text(condition, "/reason") == Some("Unschedulable"))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::{Kind, changed, is_stuck, pod_starts, rolls_out};

    fn now() -> Timestamp {
        "2026-11-24T12:00:20Z".parse().unwrap()
    }

    #[test]
    fn a_rollout_is_over_when_all_pods_are_new_and_ready() {
        let deployment = |generation: i64, status: serde_json::Value| json!({"metadata": {"name": "page", "generation": generation}, "spec": {"replicas": 2}, "status": status});
        let done = json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2});
        assert!(!rolls_out(Kind::Deployment, &deployment(2, done.clone())));
        assert!(rolls_out(Kind::Deployment, &deployment(3, done)), "not looked at yet");
        let old = json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 2, "readyReplicas": 3});
        assert!(rolls_out(Kind::Deployment, &deployment(2, old)), "an old pod is left");
    }

    #[test]
    fn a_rollout_that_may_not_make_pods_is_stuck() {
        let mut deployment = json!({"metadata": {"name": "page", "generation": 2}, "status": {"observedGeneration": 2,
            "conditions": [{"type": "ReplicaFailure", "status": "True"}]}});
        assert!(is_stuck(&deployment, &[], now()));
        deployment["status"]["observedGeneration"] = json!(1);
        assert!(!is_stuck(&deployment, &[], now()), "that was about the spec before");
    }

    #[test]
    fn a_pod_that_cannot_start_is_not_waited_for() {
        let pod = |status: serde_json::Value| {
            json!({"metadata": {"name": "page-1-a", "creationTimestamp": "2026-11-24T12:00:18Z",
                "ownerReferences": [{"name": "page-1"}]}, "status": status})
        };
        let waiting = |reason: &str| json!({"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": reason}}}]});
        assert!(pod_starts(&pod(waiting("ContainerCreating")), now()));
        assert!(!pod_starts(&pod(waiting("ImagePullBackOff")), now()));
        assert!(!pod_starts(&pod(json!({"phase": "Failed"})), now()));
        let deployment = json!({"metadata": {"name": "page", "generation": 1}, "status": {"observedGeneration": 1}});
        assert!(is_stuck(&deployment, &[&pod(waiting("ImagePullBackOff"))], now()));
        assert!(!is_stuck(&deployment, &[&pod(waiting("ContainerCreating"))], now()));
    }

    #[test]
    fn the_last_change_is_that_of_any_manager() {
        let object = json!({"metadata": {"creationTimestamp": "2026-11-24T12:00:00Z",
            "managedFields": [{"time": "2026-11-24T12:00:05Z"}, {"time": "2026-11-24T12:00:03Z"}]}});
        assert_eq!(changed(&object).unwrap().to_string(), "2026-11-24T12:00:05Z");
    }
}
