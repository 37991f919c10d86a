//! The pods of a workload: those that run what it says now.

use serde_json::Value;

use super::objects::{self, call, condition, is_going, items, number, text};
use super::text::cause;
use crate::lab::check_context::CheckContext;
use crate::lab::course::workload::Workload;
use crate::lab::verdict::CheckResult;

/// Reads `deployment/page`.
pub(super) fn workload(text: &str) -> Result<Workload, CheckResult> {
    Workload::parse(text).map_err(CheckResult::error)
}

pub(super) fn object(context: &CheckContext<'_>, alias: &str, workload: &Workload) -> Result<Value, CheckResult> {
    let namespace = objects::namespace(context, alias)?;
    let kind = objects::kind(context, None, workload.kind)?;
    let absent = |how: &str| CheckResult::nothing(format!("{how} {} {} in {namespace}", workload.kind, workload.name));
    match objects::object(context, &kind, Some(namespace), &workload.name)? {
        None => Err(absent("there is no")),
        Some(object) if is_going(&object) => Err(absent("somebody has deleted the")),
        Some(object) => Ok(object),
    }
}

/// The current pods of a workload, written as `deployment/page`: of its newest revision, neither going nor at their end. At
/// least one.
pub(super) fn current(context: &CheckContext<'_>, alias: &str, name: &str) -> Result<Vec<Value>, CheckResult> {
    let object = object(context, alias, &workload(name)?)?;
    if text(&object, "/kind") == "Pod" {
        return if is_over(&object) {
            Err(CheckResult::nothing(format!("{} has ended", call(&object))))
        } else {
            Ok(vec![object])
        };
    }
    let pods = of(context, &object)?;
    if pods.is_empty() {
        return Err(CheckResult::nothing(format!("{} has no pod{}", call(&object), failure(&object))));
    }
    Ok(pods)
}

/// The current pods of a workload that is no pod itself; there may be none.
pub(super) fn of(context: &CheckContext<'_>, object: &Value) -> Result<Vec<Value>, CheckResult> {
    if is_behind(object) {
        return Err(CheckResult::nothing(format!("the last change of {} has no effect yet", call(object))));
    }
    let namespace = text(object, "/metadata/namespace");
    let selector = selector(object);
    let list = |api_version, kind| {
        objects::list(context, &objects::kind(context, Some(api_version), kind)?, Some(namespace), Some(&selector))
    };
    let mut pods = list("v1", "Pod")?;
    match text(object, "/kind") {
        "Deployment" => {
            let sets = list("apps/v1", "ReplicaSet")?;
            let newest = sets.iter().filter(|set| is_owned(set, object)).max_by_key(|set| revision(set));
            pods.retain(|pod| newest.is_some_and(|set| is_owned(pod, set)));
        }
        "StatefulSet" => {
            let newest = text(object, "/status/updateRevision");
            pods.retain(|pod| {
                is_owned(pod, object) && text(pod, "/metadata/labels/controller-revision-hash") == newest
            });
        }
        "DaemonSet" => {
            let newest = text(object, "/metadata/annotations/deprecated.daemonset.template.generation");
            pods.retain(|pod| is_owned(pod, object) && text(pod, "/metadata/labels/pod-template-generation") == newest);
        }
        _ => pods.retain(|pod| is_owned(pod, object)),
    }
    pods.retain(|pod| !is_over(pod));
    Ok(pods)
}

/// Whether its controller has not seen its last change.
pub(super) fn is_behind(object: &Value) -> bool {
    // jobs have no such number
    object.pointer("/status/observedGeneration").is_some()
        && number(object, "/status/observedGeneration") < number(object, "/metadata/generation")
}

/// Why its controller cannot make pods, as ` (...)`; else nothing.
pub(super) fn failure(object: &Value) -> String {
    let failure = condition(object, "ReplicaFailure").filter(|condition| text(condition, "/status") == "True");
    failure.map_or_else(String::new, |condition| format!(" ({})", text(condition, "/message")))
}

/// What keeps a pod from being ready, in a few words; none if it is.
pub(super) fn trouble(pod: &Value) -> Option<String> {
    let name = text(pod, "/metadata/name");
    if is_going(pod) {
        return Some(format!("{name} is being deleted"));
    }
    if condition(pod, "Ready").is_some_and(|ready| text(ready, "/status") == "True") {
        return None;
    }
    if let Some(scheduled) = condition(pod, "PodScheduled").filter(|condition| text(condition, "/status") == "False") {
        return Some(format!("{name} has no node: {}", text(scheduled, "/message")));
    }
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let statuses = containers.iter().flat_map(|pointer| items(pod, pointer));
    let waits = statuses.filter_map(|status| {
        let container = text(status, "/name");
        let waiting = status.pointer("/state/waiting").filter(|state| text(state, "/reason") != "PodInitializing");
        let ended = status.pointer("/state/terminated").filter(|state| number(state, "/exitCode") != 0);
        let before = status.pointer("/lastState/terminated");
        let exit = |state: &Value| format!("exit code {}", number(state, "/exitCode"));
        let (reason, more) = match (waiting, ended) {
            (Some(waiting), _) if text(waiting, "/reason") == "CrashLoopBackOff" => {
                ("CrashLoopBackOff", before.map(exit).unwrap_or_default())
            }
            (Some(waiting), _) => (text(waiting, "/reason"), text(waiting, "/message").to_owned()),
            (None, Some(ended)) => (text(ended, "/reason"), exit(ended)),
            (None, None) => return None,
        };
        let more = if more.is_empty() { more } else { format!(": {more}") };
        Some(format!("container {container} of {name}: {reason}{more}"))
    });
    // a container that only starts says less than one that cannot
    let mut waits: Vec<String> = waits.collect();
    waits.sort_by_key(|wait| wait.ends_with("ContainerCreating"));
    Some(waits.into_iter().next().unwrap_or_else(|| format!("{name} is not ready")))
}

/// What the runtime says where it is the pod's own spec that cannot work.
const OWN_FAULTS: [&str; 6] = [
    "executable file not found",
    "is a directory",
    "no such file or directory",
    "not a directory",
    "permission denied",
    "read-only file system",
];

/// That the image of the labs is not in the cluster, or that the node cannot run containers: nobody's wrong answer.
pub(super) fn without_image(context: &CheckContext<'_>, pod: &Value) -> Option<CheckResult> {
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let mut statuses = containers.iter().flat_map(|pointer| items(pod, pointer));
    statuses.find_map(|status| {
        let reason = text(status, "/state/waiting/reason");
        let message = [text(status, "/state/waiting/message"), text(status, "/lastState/terminated/message")].join(" ");
        if message.contains("OCI runtime create failed") && !OWN_FAULTS.iter().any(|part| message.contains(part)) {
            return Some(CheckResult::error(format!("the node cannot run the container: {}", cause(&message))));
        }
        let is_missing = matches!(reason, "ErrImagePull" | "ImagePullBackOff" | "ErrImageNeverPull");
        let is_ours = is_same_image(text(status, "/image"), &context.names.image);
        (is_missing && is_ours).then(|| CheckResult::error(format!("the cluster has no image {}", context.names.image)))
    })
}

/// Whether two names are of the same image: the kubelet may write out the registry.
fn is_same_image(a: &str, b: &str) -> bool {
    let short = |name: &str| name.trim_start_matches("docker.io/").trim_start_matches("library/").to_owned();
    short(a) == short(b)
}

fn is_owned(object: &Value, owner: &Value) -> bool {
    let uid = text(owner, "/metadata/uid");
    items(object, "/metadata/ownerReferences")
        .iter()
        .any(|reference| reference.get("controller") == Some(&Value::Bool(true)) && text(reference, "/uid") == uid)
}

fn revision(set: &Value) -> u64 {
    text(set, "/metadata/annotations/deployment.kubernetes.io~1revision").parse().unwrap_or_default()
}

fn is_over(pod: &Value) -> bool {
    is_going(pod) || matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
}

/// The selector of a workload, as a query has it.
fn selector(object: &Value) -> String {
    let labels = object.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let mut terms: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    for expression in items(object, "/spec/selector/matchExpressions") {
        let key = text(expression, "/key");
        let values: Vec<&str> = items(expression, "/values").iter().filter_map(Value::as_str).collect();
        let values = values.join(",");
        terms.push(match text(expression, "/operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        });
    }
    terms.join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::current;
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP, yaml};
    use crate::lab::verdict::CheckResult;

    fn pod(name: &str, owner: &str, labels: &Value) -> Value {
        json!({"metadata": {
            "name": name, "labels": labels, "ownerReferences": [{"uid": owner, "controller": true}],
        }})
    }

    /// The names of the current pods of a workload with the uid `w`.
    fn names(kind: &str, plural: &str, object: &str, query: &str, pods: &[Value]) -> Result<String, CheckResult> {
        let mut workload = yaml(object);
        workload["kind"] = json!(kind);
        workload["metadata"]["namespace"] = json!(SHOP);
        let api = Recorded::new()
            .get(&format!("/apis/apps/v1/namespaces/{SHOP}/{plural}/a"), workload)
            .list(&format!("/api/v1/namespaces/{SHOP}/pods?labelSelector={query}"), pods);
        let found =
            Fixture::new().with(&api, |context| current(context, "shop", &format!("{}/a", kind.to_lowercase())))?;
        let names = found.iter().map(|pod| pod["metadata"]["name"].as_str().expect("a name").to_owned());
        Ok(names.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn pods_of_before_the_last_change_are_not_current() {
        let revision = |value: &str| json!({"controller-revision-hash": value});
        let set = "{metadata: {name: a, uid: w}, status: {updateRevision: two}, \
                   spec: {selector: {matchExpressions: [{key: app, operator: In, values: [a, b]}]}}}";
        let pods =
            [pod("a-0", "w", &revision("two")), pod("a-1", "w", &revision("one")), pod("x", "v", &revision("two"))];
        let query = "app%20in%20%28a%2Cb%29";
        assert_eq!(names("StatefulSet", "statefulsets", set, query, &pods), Ok("a-0".to_owned()));
        let generation = |value: &str| json!({"pod-template-generation": value});
        let set = "{metadata: {name: a, uid: w, annotations: {deprecated.daemonset.template.generation: '3'}}, \
                   spec: {selector: {matchLabels: {app: a}}}}";
        let pods = [pod("a-x", "w", &generation("2")), pod("a-y", "w", &generation("3"))];
        assert_eq!(names("DaemonSet", "daemonsets", set, "app%3Da", &pods), Ok("a-y".to_owned()));
    }

    #[test]
    fn pods_that_end_are_not_current() {
        let mut going = pod("a-x", "w", &json!({}));
        going["metadata"]["deletionTimestamp"] = json!("2026-11-24T10:00:00Z");
        let mut failed = pod("a-y", "w", &json!({}));
        failed["status"] = json!({"phase": "Failed"});
        let set = "{metadata: {name: a, uid: w}, spec: {selector: {matchLabels: {app: a}}}, status: {conditions: \
                   [{type: ReplicaFailure, status: 'True', message: exceeded quota}]}}";
        let found = names("ReplicaSet", "replicasets", set, "app%3Da", &[going, failed]);
        assert_eq!(found, Err(CheckResult::nothing("ReplicaSet a has no pod (exceeded quota)")));
    }
}
