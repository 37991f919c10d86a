//! Workloads and components that work.

use jiff::Timestamp;
use serde_json::Value;

use super::curl::{self, Answer};
use super::objects::{call, condition, items, number, text};
use super::pods;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{Healthy, Works};
use crate::lab::node::Look;
use crate::lab::node::look::Manifest;
use crate::lab::verdict::CheckResult;

/// Looks once.
pub(super) fn evaluate(spec: &Healthy, context: &CheckContext<'_>) -> CheckResult {
    look(spec, context).unwrap_or_else(|result| result)
}

fn look(spec: &Healthy, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let pods = match &spec.what {
        Works::Workload(name, pods) => {
            let object = pods::object(context, &pods.ns, &pods::workload(name)?)?;
            if text(&object, "/kind") == "Job" {
                return Ok(job(&object));
            }
            let least = u64::from(pods.replicas.0);
            if least == 0 {
                return Err(CheckResult::error("a workload without pods is not healthy: `replicas` is at least 1"));
            }
            workload(context, &object, least)?
        }
        Works::Component(component) => {
            return self::component(context, component, spec.restarts_stable.map(|seconds| seconds.0));
        }
    };
    if let Some(seconds) = spec.restarts_stable {
        stable(&pods, i64::from(seconds.0), Timestamp::now())?;
    }
    Ok(CheckResult::pass(match pods.as_slice() {
        [pod] => format!("{} is ready", text(pod, "/metadata/name")),
        pods => format!("{} pods are ready", pods.len()),
    }))
}

/// The pods of a workload that runs as it says, all of them.
fn workload(context: &CheckContext<'_>, object: &Value, least: u64) -> Result<Vec<Value>, CheckResult> {
    let name = call(object);
    if text(object, "/kind") == "Pod" {
        return match pods::trouble(object) {
            None => Ok(vec![object.clone()]),
            Some(trouble) => Err(pods::without_image(context, object).unwrap_or_else(|| CheckResult::fail(trouble))),
        };
    }
    let current = pods::of(context, object)?;
    let status = |key: &str| number(object, &format!("/status/{key}"));
    let wanted = object.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1);
    let (wanted, updated, available, all) = match text(object, "/kind") {
        "DaemonSet" => {
            let of_now = status("updatedNumberScheduled");
            (status("desiredNumberScheduled"), of_now, status("numberAvailable"), status("currentNumberScheduled"))
        }
        "ReplicaSet" => (wanted, status("replicas"), status("availableReplicas"), status("replicas")),
        _ => (wanted, status("updatedReplicas"), status("availableReplicas"), status("replicas")),
    };
    let why = || {
        let image = current.iter().find_map(|pod| pods::without_image(context, pod));
        let trouble = current.iter().find_map(pods::trouble).map(|trouble| format!(": {trouble}"));
        let of_pods = || trouble.unwrap_or_default();
        (image, Some(pods::failure(object)).filter(|failure| !failure.is_empty()).unwrap_or_else(of_pods))
    };
    let wrong = if wanted < least {
        format!("{name} wants {wanted} pods, and {least} are needed")
    } else if updated < wanted {
        format!("{updated} of {wanted} pods of {name} are of its last change")
    } else if available < wanted {
        format!("{available} of {wanted} pods of {name} are available")
    } else if all > updated {
        format!("{} of {all} pods of {name} are from before its last change", all - updated)
    } else {
        // its controller counts what it saw a moment ago
        match current.iter().find_map(pods::trouble) {
            Some(trouble) => return Err(CheckResult::fail(trouble)),
            None if (current.len() as u64) < wanted => {
                return Err(CheckResult::fail(format!("{} of {wanted} pods of {name} are there", current.len())));
            }
            None => return Ok(current),
        }
    };
    let (image, why) = why();
    Err(image.unwrap_or_else(|| CheckResult::fail(format!("{wrong}{why}"))))
}

fn job(object: &Value) -> CheckResult {
    let is = |kind| condition(object, kind).filter(|condition| text(condition, "/status") == "True");
    match (is("Complete"), is("Failed")) {
        (Some(_), _) => CheckResult::pass(format!("{} is complete", call(object))),
        (None, Some(failed)) => CheckResult::fail(format!("{} has failed: {}", call(object), text(failed, "/message"))),
        (None, None) => CheckResult::fail(format!("{} is not complete{}", call(object), pods::failure(object))),
    }
}

/// A program of the control plane, asked on its node what the kubelet asks it. Its pod in the API is late: after a change of
/// the manifest by hand the kubelet may tell nothing of it for a minute and a half.
fn component(context: &CheckContext<'_>, name: &str, stable: Option<u32>) -> Result<CheckResult, CheckResult> {
    let seen = Look::of(context.api, &[name])?;
    let Some(age) = seen.running(name).map(|process| process.age).reduce(f64::min) else {
        return Err(CheckResult::nothing(format!("{name} does not run")));
    };
    let probe = seen.manifest(name).and_then(Manifest::probe);
    let url = probe.ok_or_else(|| CheckResult::fail(format!("the manifest of {name} has no probe")))?;
    // as the kubelet, without credentials
    let wrong = match curl::ask(context, "GET", &url, None)? {
        Answer::Said(response) if response.is_success() => None,
        Answer::Said(response) => Some(format!("with status {}", response.status)),
        Answer::Refused(how) => Some(format!("by refusing the connection: {how}")),
    };
    if let Some(wrong) = wrong {
        return Err(CheckResult::fail(format!("{name} answers the kubelet's probe of {url} {wrong}")));
    }
    match stable.filter(|seconds| age < f64::from(*seconds)) {
        Some(seconds) => Err(CheckResult::fail(format!("{name} runs for {age:.0} s; it must for {seconds} s"))),
        None => Ok(CheckResult::pass(format!("{name} works"))),
    }
}

/// That no container has started within the last seconds, be it for the first time: what kills it may be still to come.
fn stable(pods: &[Value], seconds: i64, now: Timestamp) -> Result<(), CheckResult> {
    for pod in pods {
        for status in items(pod, "/status/containerStatuses") {
            let name = format!("container {} of {}", text(status, "/name"), text(pod, "/metadata/name"));
            let started: Result<Timestamp, _> = text(status, "/state/running/startedAt").parse();
            let Ok(started) = started else {
                return Err(CheckResult::fail(format!("{name} does not run")));
            };
            let age = now.as_second() - started.as_second();
            if age < seconds {
                let restarts = number(status, "/restartCount");
                let times = if restarts == 1 { "once".to_owned() } else { format!("{restarts} times") };
                let more = if restarts == 0 { String::new() } else { format!(", restarted {times}") };
                return Err(CheckResult::fail(format!("{name} runs for {age} s{more}; it must for {seconds} s")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::client::Ended;
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP, yaml};
    use crate::lab::node::look::tests::printed;
    use crate::lab::verdict::{CheckResult, Verdict};

    const CHECK: &str = "healthy: {ns: shop, workload: deployment/page}";

    fn deployment(status: &str) -> Value {
        yaml(&format!(
            "{{kind: Deployment, metadata: {{name: page, namespace: {SHOP}, uid: d, generation: 3}}, \
             spec: {{replicas: 2, selector: {{matchLabels: {{app: page}}}}}}, status: {status}}}"
        ))
    }

    fn owned(name: &str, by: &str, more: &Value) -> Value {
        let mut object = json!({"metadata": {
            "name": name, "uid": name, "ownerReferences": [{"uid": by, "controller": true}],
        }});
        object.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        object
    }

    fn pod(name: &str, by: &str) -> Value {
        owned(name, by, &yaml("status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}"))
    }

    fn waiting(name: &str, reason: &str, message: &str) -> Value {
        let state = json!({"waiting": {"reason": reason, "message": message}});
        let containers = json!([{"name": "a", "image": "docker.io/library/busybox:1.37", "state": state}]);
        owned(name, "new", &json!({"status": {"phase": "Pending", "containerStatuses": containers}}))
    }

    fn set(name: &str, revision: u32) -> Value {
        let mut set = owned(name, "d", &json!({}));
        set["metadata"]["annotations"] = json!({"deployment.kubernetes.io/revision": revision.to_string()});
        set
    }

    fn api(deployment: Value, pods: &[Value]) -> Recorded {
        Recorded::new()
            .get(&format!("/apis/apps/v1/namespaces/{SHOP}/deployments/page"), deployment)
            .list(
                &format!("/apis/apps/v1/namespaces/{SHOP}/replicasets?labelSelector=app%3Dpage"),
                &[set("old", 9), set("new", 10)],
            )
            .list(&format!("/api/v1/namespaces/{SHOP}/pods?labelSelector=app%3Dpage"), pods)
    }

    fn evaluate(status: &str, pods: &[Value]) -> CheckResult {
        Fixture::new().evaluate(&api(deployment(status), pods), CHECK)
    }

    const DONE: &str = "{observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2}";

    #[test]
    fn a_deployment_whose_rollout_is_over_is_healthy() {
        let result = evaluate(DONE, &[pod("a", "new"), pod("b", "new")]);
        assert_eq!(result, CheckResult::pass("2 pods are ready"));
    }

    #[test]
    fn a_rollout_that_is_not_over_is_not() {
        let pods = [pod("a", "new"), pod("b", "old")];
        for (status, message) in [
            (
                "{observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2}",
                "the last change of Deployment page has no effect yet",
            ),
            (
                "{observedGeneration: 3, replicas: 2, updatedReplicas: 1, availableReplicas: 2}",
                "1 of 2 pods of Deployment page are of its last change",
            ),
            (
                "{observedGeneration: 3, replicas: 3, updatedReplicas: 2, availableReplicas: 2}",
                "1 of 3 pods of Deployment page are from before its last change",
            ),
            (DONE, "1 of 2 pods of Deployment page are there"),
        ] {
            let result = evaluate(status, &pods);
            assert_eq!((result.verdict, result.observed.as_str()), (Verdict::Fail, message));
        }
    }

    #[test]
    fn says_why_pods_do_not_run() {
        let refused = "{observedGeneration: 3, replicas: 1, updatedReplicas: 0, availableReplicas: 1, conditions: \
                       [{type: ReplicaFailure, status: 'True', message: 'pods \"a\" is forbidden: violates PodSecurity'}]}";
        assert_eq!(
            evaluate(refused, &[]).observed,
            "0 of 2 pods of Deployment page are of its last change (pods \"a\" is forbidden: violates PodSecurity)"
        );
        let starting = "{observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 1}";
        let root = waiting("b", "CreateContainerConfigError", "container has runAsNonRoot and image will run as root");
        assert_eq!(
            evaluate(starting, &[pod("a", "new"), root]).observed,
            "1 of 2 pods of Deployment page are available: container a of b: CreateContainerConfigError: container has \
             runAsNonRoot and image will run as root"
        );
    }

    #[test]
    fn an_image_that_is_missing_is_nobodys_wrong_answer() {
        let status = "{observedGeneration: 3, replicas: 2, updatedReplicas: 2}";
        let result = evaluate(status, &[waiting("a", "ErrImagePull", "")]);
        assert_eq!(result, CheckResult::error("the cluster has no image busybox:1.37"));
        let mut other = waiting("a", "ErrImagePull", "");
        other["status"]["containerStatuses"][0]["image"] = json!("nginx");
        assert_eq!(evaluate(status, &[other]).verdict, Verdict::Fail);
    }

    #[test]
    fn a_workload_that_was_scaled_away_or_deleted_is_not_healthy() {
        let mut scaled = deployment("{observedGeneration: 3}");
        scaled["spec"]["replicas"] = json!(0);
        let result = Fixture::new().evaluate(&api(scaled, &[]), CHECK);
        assert_eq!(result, CheckResult::fail("Deployment page wants 0 pods, and 1 are needed"));
        let path = format!("/apis/apps/v1/namespaces/{SHOP}/deployments/page");
        let gone = Fixture::new().evaluate(&Recorded::new().absent(&path), CHECK);
        assert_eq!(gone, CheckResult::nothing(format!("there is no Deployment page in {SHOP}")));
    }

    #[test]
    fn a_pod_and_a_job() {
        let path = format!("/api/v1/namespaces/{SHOP}/pods/a");
        let check = "healthy: {ns: shop, workload: pod/a}";
        let fixture = Fixture::new();
        let mut own = pod("a", "x");
        own["kind"] = json!("Pod");
        assert_eq!(fixture.evaluate(&Recorded::new().get(&path, own.clone()), check).verdict, Verdict::Pass);
        own["status"]["conditions"][0]["status"] = json!("False");
        assert_eq!(fixture.evaluate(&Recorded::new().get(&path, own), check), CheckResult::fail("a is not ready"));
        let path = format!("/apis/batch/v1/namespaces/{SHOP}/jobs/j");
        let job = |status: &str| yaml(&format!("{{kind: Job, metadata: {{name: j}}, status: {status}}}"));
        let evaluate = |status: &str| {
            Fixture::new()
                .evaluate(&Recorded::new().get(&path, job(status)), "healthy: {ns: shop, workload: job/j}")
                .verdict
        };
        assert_eq!(evaluate("{conditions: [{type: Complete, status: 'True'}]}"), Verdict::Pass);
        assert_eq!(evaluate("{active: 1}"), Verdict::Fail);
        assert_eq!(evaluate("{conditions: [{type: Failed, status: 'True', message: no}]}"), Verdict::Fail);
    }

    const PROBED: &str = "spec: {containers: [{command: [etcd], \
                          readinessProbe: {httpGet: {host: 127.0.0.1, path: /readyz, port: 2381, scheme: HTTP}}}]}";

    /// A program that runs for so many seconds, and what it answers.
    fn node(name: &'static str, age: u32, status: u16) -> Recorded {
        let text = printed(&[(name, 7, 1000 - age, &[name])], &[(name, 1, PROBED)]);
        Recorded::new().when_node(move |argv| {
            let is_asked = argv.first().is_some_and(|program| program == "curl");
            let stdout = if is_asked { format!("ok\n{status}") } else { text.clone() };
            Some(Ended { stdout, ..Ended::default() })
        })
    }

    #[test]
    fn a_component_must_work_and_for_a_while() {
        for name in ["kube-apiserver", "etcd"] {
            let check = format!("healthy: {{component: {name}, restarts_stable: 30}}");
            let evaluate = |age, status| Fixture::new().evaluate(&node(name, age, status), &check);
            assert_eq!(evaluate(100, 200), CheckResult::pass(format!("{name} works")));
            let observed =
                format!("{name} answers the kubelet's probe of http://127.0.0.1:2381/readyz with status 401");
            assert_eq!(evaluate(100, 401), CheckResult::fail(observed));
            assert_eq!(evaluate(3, 200), CheckResult::fail(format!("{name} runs for 3 s; it must for 30 s")));
            assert_eq!(Fixture::new().evaluate(&Recorded::down(), &check).verdict, Verdict::Error);
        }
        let other = Fixture::new().evaluate(&node("etcd", 9, 200), "healthy: {component: kube-scheduler}");
        assert_eq!(other, CheckResult::nothing("kube-scheduler does not run"));
    }

    #[test]
    fn nothing_to_look_at_is_wrong() {
        let check = "healthy: {ns: shop, workload: deployment/page, replicas: 0}";
        let result = Fixture::new().evaluate(&api(deployment(DONE), &[]), check);
        assert_eq!(result.verdict, Verdict::Error);
    }
}
