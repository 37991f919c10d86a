//! Pods for every control of the Pod Security Standards: control × who sets it × value. Each is a pod that keeps to
//! `restricted` but for what its case is about, so that only Pod Security can tell it from its neighbours.
#![allow(dead_code, reason = "the live tests use more of it than the others")]
#![allow(clippy::indexing_slicing, clippy::panic, reason = "a case that cannot be made is a mistake in the table")]

mod containers;
mod pods;

use serde_json::{Value, json};

/// A pod.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// What it is about, a name fit for a pod; no other case has it.
    pub(crate) name: String,
    /// The pod, without a namespace.
    pub(crate) pod: Value,
}

impl Case {
    /// Whether it has ephemeral containers: those come into a pod that is there already.
    pub(crate) fn is_ephemeral(&self) -> bool {
        !self.pod["spec"]["ephemeralContainers"].is_null()
    }
}

/// Who sets a field.
const WHO: [&str; 6] = ["pod", "init", "sidecar", "main", "several", "ephemeral"];

/// The security context that `restricted` wants of a container.
fn confined() -> Value {
    json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}})
}

fn container(name: &str) -> Value {
    json!({"name": name, "image": "ghcr.io/acme/app:1.2.3", "securityContext": confined()})
}

/// A pod that keeps to `restricted`. It finds no node.
pub(crate) fn base(name: &str) -> Value {
    let mut sidecar = container("sidecar");
    sidecar["restartPolicy"] = json!("Always");
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "nodeSelector": {"example.com/nowhere": "true"},
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "initContainers": [container("init"), sidecar],
            "containers": [container("main"), container("other")],
        },
    })
}

/// Sets, or with null removes, what is at a path of keys and indices below a value.
fn put(at: &mut Value, path: &str, value: &Value) {
    let Some((key, rest)) = path.split_once('/') else {
        match (at, path.parse::<usize>()) {
            (Value::Array(items), Ok(index)) => items[index] = value.clone(),
            (Value::Object(map), _) if value.is_null() => drop(map.shift_remove(path)),
            (at, _) => at[path] = value.clone(),
        }
        return;
    };
    match key.parse::<usize>() {
        Ok(index) => put(&mut at[index], rest, value),
        Err(_) => put(&mut at[key], rest, value),
    }
}

/// The places of the containers that somebody stands for; `None` for the pod itself.
fn containers(who: &str) -> Option<&'static [&'static str]> {
    Some(match who {
        "init" => &["initContainers/0"],
        "sidecar" => &["initContainers/1"],
        "main" => &["containers/0"],
        "several" => &["initContainers/0", "containers/0", "containers/1"],
        "ephemeral" => &["ephemeralContainers/0"],
        _ => return None,
    })
}

/// Collects cases.
#[derive(Debug, Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, name: &str, pod: Value) {
        self.0.push(Case { name: name.to_owned(), pod });
    }

    /// A pod with changes: paths below its spec with values.
    fn spec(&mut self, name: &str, changes: &[(&str, Value)]) {
        let mut pod = base(name);
        for (path, value) in changes {
            put(&mut pod["spec"], path, value);
        }
        self.add(name, pod);
    }

    /// For each who may set it, a pod with these changes below the security context. What the API server does not take next to
    /// them is left out.
    fn security(&mut self, name: &str, pods_too: bool, changes: &[(&str, Value)]) {
        let changes: Vec<(String, Value)> =
            changes.iter().map(|(path, value)| (format!("securityContext/{path}"), value.clone())).collect();
        self.each(name, if pods_too { &WHO } else { &WHO[1..] }, &changes);
    }

    fn each(&mut self, name: &str, who: &[&str], changes: &[(String, Value)]) {
        for who in who {
            let name = format!("{name}.{who}");
            let mut pod = base(&name);
            let Some(places) = containers(who) else {
                changes.iter().for_each(|(path, value)| put(&mut pod["spec"], path, value));
                self.add(&name, pod);
                continue;
            };
            if *who == "ephemeral" {
                pod["spec"]["ephemeralContainers"] = json!([container("debug")]);
            }
            for place in places {
                for (path, value) in changes {
                    put(&mut pod["spec"], &format!("{place}/{path}"), value);
                }
            }
            self.add(&name, pod);
        }
    }
}

/// Every case.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::default();
    cases.add("base", base("base"));
    containers::contexts(&mut cases);
    containers::profiles(&mut cases);
    containers::users(&mut cases);
    containers::handlers(&mut cases);
    containers::ports(&mut cases);
    pods::volumes(&mut cases);
    pods::sysctls(&mut cases);
    pods::annotations(&mut cases);
    pods::namespaces(&mut cases);
    pods::windows(&mut cases);
    pods::mixtures(&mut cases);
    cases.0
}

/// The kinds that make pods.
pub(crate) const KINDS: [&str; 8] =
    ["PodTemplate", "ReplicationController", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

/// An object that makes pods as a case has them.
pub(crate) fn controller(kind: &str, case: &Case) -> Value {
    let mut template = json!({"metadata": {"labels": {"app": "x"}}, "spec": case.pod["spec"]});
    if let Some(annotations) = case.pod["metadata"].get("annotations") {
        template["metadata"]["annotations"] = annotations.clone();
    }
    // not all kinds let their names have dots
    let metadata = json!({"name": case.name.replace('.', "-")});
    let selector = json!({"matchLabels": {"app": "x"}});
    if matches!(kind, "Job" | "CronJob") {
        template["spec"]["restartPolicy"] = json!("Never");
    }
    let (api_version, spec) = match kind {
        "PodTemplate" => {
            return json!({"apiVersion": "v1", "kind": kind, "metadata": metadata, "template": template});
        }
        "ReplicationController" => ("v1", json!({"selector": {"app": "x"}, "template": template})),
        "StatefulSet" => ("apps/v1", json!({"serviceName": "x", "selector": selector, "template": template})),
        "ReplicaSet" | "Deployment" | "DaemonSet" => ("apps/v1", json!({"selector": selector, "template": template})),
        "Job" => ("batch/v1", json!({"template": template})),
        "CronJob" => ("batch/v1", json!({"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}})),
        _ => panic!("{kind} makes no pods"),
    };
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})
}
