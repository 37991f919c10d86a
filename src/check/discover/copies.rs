//! What controllers make of other objects: it is left out where its owner says the same.
//!
//! Anybody who may create a pod may write any owner into it, so that a reference alone proves nothing. Its owner has to be there, of a kind that
//! makes such objects, and its template has to be what the object was made from.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::k8s::json::text;

/// Fields of a pod that the API server, the scheduler or a controller sets, and that open nothing.
const FREE: [&str; 11] = [
    "affinity",
    "enableServiceLinks",
    "hostname",
    "imagePullSecrets",
    "nodeName",
    "nodeSelector",
    "overhead",
    "preemptionPolicy",
    "priority",
    "priorityClassName",
    "subdomain",
];

/// The beginning of the name of the volume by which a pod gets its token.
const TOKEN_VOLUME: &str = "kube-api-access-";
/// Where it is mounted.
const TOKEN_FOLDER: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// The `ConfigMaps` that are in it, the second on `OpenShift`.
const CERTIFICATES: [&str; 2] = ["kube-root-ca.crt", "openshift-service-ca.crt"];

/// What is known of an object once those before it are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It says something of its own.
    Own,
    /// It says nothing but what its controller says.
    Copy,
    /// It is left out unless it has pods that are not over: ask [`Copies::is_busy`] with this uid once all pods are known.
    CopyUnlessBusy(Box<str>),
}

/// When a kind has to come: what decides about others before them.
pub(super) fn turn(kind: &str) -> u8 {
    match kind {
        "ServiceAccount" => 0,
        "Deployment" | "CronJob" | "StatefulSet" | "DaemonSet" | "ReplicationController" => 1,
        "ReplicaSet" | "Job" => 2,
        "Pod" => 3,
        _ => 4,
    }
}

/// What is known of the objects that came before, as small as it can be: there may be a hundred thousand.
#[derive(Default)]
pub(super) struct Copies {
    owners: Owners,
    /// The uids of those that have pods that are not over.
    busy: HashSet<Box<str>>,
    /// Service accounts that give no token, by namespace and name.
    tokenless: HashSet<(Box<str>, Box<str>)>,
}

impl Copies {
    /// Takes the next object, in the order of [`turn`].
    pub(super) fn hear(&mut self, object: &Value) -> Verdict {
        match text(object, "/kind") {
            "ServiceAccount" if object.get("automountServiceAccountToken") == Some(&Value::Bool(false)) => {
                let place = (text(object, "/metadata/namespace").into(), text(object, "/metadata/name").into());
                self.tokenless.insert(place);
            }
            "Pod" if !matches!(text(object, "/status/phase"), "Succeeded" | "Failed") => {
                let owner = controller(object).map(|owner| text(owner, "/uid"));
                self.busy.extend(owner.filter(|uid| !self.is_busy(uid)).map(Box::from));
            }
            kind if matches!(turn(kind), 1 | 2) => self.owners.add(object),
            _ => {}
        }
        self.verdict(object)
    }

    /// Whether an object has pods that are not over.
    pub(super) fn is_busy(&self, uid: &str) -> bool {
        self.busy.contains(uid)
    }

    fn verdict(&mut self, object: &Value) -> Verdict {
        let Some(reference) = controller(object) else { return Verdict::Own };
        let Some(owner) = self.owners.get(text(reference, "/uid")) else { return Verdict::Own };
        let is_meant = text(reference, "/kind") == text(owner, "/kind")
            && text(reference, "/name") == text(owner, "/metadata/name")
            && text(object, "/metadata/namespace") == text(owner, "/metadata/namespace");
        if is_meant { beside(object, owner, &self.tokenless) } else { Verdict::Own }
    }
}

/// What may have made others.
#[derive(Default)]
struct Owners {
    /// What decides about others, by uid, as JSON, which is a tenth of its tree.
    texts: HashMap<Box<str>, Box<str>>,
    /// The one that was asked for last: what one controller made comes together.
    last: Option<(Box<str>, Value)>,
}

impl Owners {
    fn add(&mut self, object: &Value) {
        let of = |pointer: &str| object.pointer(pointer).cloned().unwrap_or_default();
        let kept = json!({
            "kind": of("/kind"),
            "metadata": {"name": of("/metadata/name"), "namespace": of("/metadata/namespace")},
            "spec": {
                "template": of("/spec/template"),
                "jobTemplate": {"spec": {"template": of("/spec/jobTemplate/spec/template")}},
                "volumeClaimTemplates": of("/spec/volumeClaimTemplates"),
            },
        });
        let uid = text(object, "/metadata/uid");
        if !uid.is_empty() {
            self.texts.insert(uid.into(), kept.to_string().into());
        }
    }

    fn get(&mut self, uid: &str) -> Option<&Value> {
        if self.last.as_ref().is_none_or(|(last, _)| **last != *uid) {
            let owner = serde_json::from_str(self.texts.get(uid)?).ok()?;
            self.last = Some((uid.into(), owner));
        }
        self.last.as_ref().map(|(_, owner)| owner)
    }
}

/// What an object says beside its owner.
fn beside(object: &Value, owner: &Value, tokenless: &HashSet<(Box<str>, Box<str>)>) -> Verdict {
    let is_copy = match (text(object, "/kind"), text(owner, "/kind")) {
        ("Pod", "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController") => {
            is_pod_of(object, owner, tokenless)
        }
        ("ReplicaSet", "Deployment") => is_template_of(object, owner.pointer("/spec/template")),
        ("Job", "CronJob") => is_template_of(object, owner.pointer("/spec/jobTemplate/spec/template")),
        _ => return Verdict::Own,
    };
    if is_copy {
        Verdict::Copy
    } else if is_scaled_down(object) || is_finished(object) {
        Verdict::CopyUnlessBusy(text(object, "/metadata/uid").into())
    } else {
        Verdict::Own
    }
}

/// A revision that is only kept to go back to.
fn is_scaled_down(object: &Value) -> bool {
    text(object, "/kind") == "ReplicaSet" && object.pointer("/spec/replicas").and_then(Value::as_u64) == Some(0)
}

/// A job of before, which starts no pod any more.
fn is_finished(object: &Value) -> bool {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let is_end = |condition: &Value| {
        matches!(text(condition, "/type"), "Complete" | "Failed") && text(condition, "/status") == "True"
    };
    text(object, "/kind") == "Job" && conditions.is_some_and(|all| all.iter().any(is_end))
}

fn is_pod_of(pod: &Value, owner: &Value, tokenless: &HashSet<(Box<str>, Box<str>)>) -> bool {
    let template = owner.pointer("/spec/template");
    let Some(wanted) = template.and_then(|template| template.get("spec")) else { return false };
    let Some(spec) = pod.get("spec") else { return false };
    let gives = match wanted.get("automountServiceAccountToken") {
        Some(Value::Bool(says)) => *says,
        _ => !tokenless.contains(&(text(pod, "/metadata/namespace").into(), account(wanted).into())),
    };
    let copy = Copied { pod, owner, gets_token: gives };
    has_labels(pod.pointer("/metadata/labels"), template) && copy.is_spec(spec, wanted)
}

/// A pod beside the template of its controller.
struct Copied<'c> {
    pod: &'c Value,
    owner: &'c Value,
    /// Whether the API server adds a token.
    gets_token: bool,
}

impl Copied<'_> {
    fn is_spec(&self, spec: &Value, template: &Value) -> bool {
        let on_host = spec.get("hostNetwork") == Some(&Value::Bool(true));
        account(spec) == account(template)
            && all_keys(spec, template, |key, found, wanted| match key {
                "containers" | "initContainers" => each(found, wanted, |a, b| self.is_container(a, b, on_host)),
                "volumes" => {
                    let has = |list: Option<&Value>, volume: &Value| items(list).contains(volume);
                    let is_replaced = |volume: &&Value| self.is_claim_name(text(volume, "/name"));
                    items(found).iter().all(|volume| has(wanted, volume) || self.is_added_volume(volume))
                        && items(wanted).iter().filter(|volume| !is_replaced(volume)).all(|volume| has(found, volume))
                }
                "tolerations" => {
                    let is_of_controller = |added: &Value| !text(added, "/key").is_empty();
                    is_longer(found, wanted, is_of_controller)
                }
                "securityContext" => is_as_strict(found, wanted),
                // both are the account, which is compared above
                "serviceAccountName" | "serviceAccount" => true,
                _ => FREE.contains(&key) || is_same(found, wanted),
            })
    }

    fn is_container(&self, container: &Value, template: &Value, on_host: bool) -> bool {
        all_keys(container, template, |key, found, wanted| match key {
            "resources" => wanted.is_none_or(|wanted| found.is_some_and(|found| has_all(found, wanted))),
            "volumeMounts" => is_longer(found, wanted, |mount| self.is_token_mount(mount)),
            "env" => is_longer(found, wanted, |variable| {
                text(variable, "/name") == "JOB_COMPLETION_INDEX" && variable.get("value").is_none()
            }),
            "imagePullPolicy" => is_same(found, wanted) || found.and_then(Value::as_str) == Some("Always"),
            "ports" => each(found, wanted, |found, wanted| is_port(found, wanted, on_host)),
            "securityContext" => is_as_strict(found, wanted),
            "resizePolicy" => true,
            _ => is_same(found, wanted),
        })
    }

    fn is_added_volume(&self, volume: &Value) -> bool {
        self.is_token_volume(volume) || self.is_claim(volume)
    }

    /// The token as the API server mounts it.
    fn is_token_volume(&self, volume: &Value) -> bool {
        let sources = items(volume.pointer("/projected/sources"));
        let is_usual = |source: &Value| {
            let token = source.get("serviceAccountToken");
            token.is_some_and(|token| text(token, "/path") == "token" && token.get("audience").is_none())
                || CERTIFICATES.contains(&text(source, "/configMap/name"))
                || source.get("downwardAPI").is_some()
        };
        self.gets_token
            && text(volume, "/name").starts_with(TOKEN_VOLUME)
            && !sources.is_empty()
            && sources.iter().all(is_usual)
    }

    fn is_token_mount(&self, mount: &Value) -> bool {
        let volumes = items(self.pod.pointer("/spec/volumes"));
        let of = volumes.iter().find(|volume| text(volume, "/name") == text(mount, "/name"));
        text(mount, "/mountPath") == TOKEN_FOLDER && of.is_some_and(|volume| self.is_token_volume(volume))
    }

    /// What a `StatefulSet` makes of its claims: a volume of each for each pod.
    fn is_claim(&self, volume: &Value) -> bool {
        let name = text(volume, "/name");
        let claim = format!("{name}-{}", text(self.pod, "/metadata/name"));
        self.is_claim_name(name) && text(volume, "/persistentVolumeClaim/claimName") == claim
    }

    fn is_claim_name(&self, name: &str) -> bool {
        let claims = items(self.owner.pointer("/spec/volumeClaimTemplates"));
        text(self.owner, "/kind") == "StatefulSet" && claims.iter().any(|claim| text(claim, "/metadata/name") == name)
    }
}

/// The API server writes the port of a pod in the network of its node twice.
fn is_port(found: &Value, wanted: &Value, on_host: bool) -> bool {
    all_keys(found, wanted, |key, own, wanted| {
        is_same(own, wanted) || key == "hostPort" && on_host && wanted.is_none() && own == found.get("containerPort")
    })
}

/// Whether a security context is that of the template, or only stricter, as a platform may make it.
fn is_as_strict(found: Option<&Value>, template: Option<&Value>) -> bool {
    let empty = Value::Object(Map::new());
    all_keys(found.unwrap_or(&empty), template.unwrap_or(&empty), |key, found, wanted| {
        is_same(found, wanted)
            || found.is_some_and(|value| {
                let adds = wanted.is_none();
                match key {
                    "runAsUser" | "runAsGroup" => adds && value.as_i64().is_some_and(|id| id > 0),
                    "fsGroup" | "fsGroupChangePolicy" => adds,
                    "runAsNonRoot" | "readOnlyRootFilesystem" => adds && value == &Value::Bool(true),
                    "privileged" | "allowPrivilegeEscalation" => adds && value == &Value::Bool(false),
                    "seccompProfile" | "appArmorProfile" => {
                        adds && matches!(text(value, "/type"), "RuntimeDefault" | "Localhost")
                    }
                    "seLinuxOptions" => {
                        adds && value.as_object().is_some_and(|all| all.keys().all(|key| key == "level"))
                    }
                    "capabilities" => {
                        let of = |key: &str| wanted.and_then(|wanted| wanted.get(key));
                        let drop = items(value.get("drop"));
                        is_same(value.get("add"), of("add")) && items(of("drop")).iter().all(|name| drop.contains(name))
                    }
                    _ => false,
                }
            })
    })
}

/// Whether the template of an object is this one. Controllers add labels, and nothing else.
fn is_template_of(object: &Value, template: Option<&Value>) -> bool {
    let own = object.pointer("/spec/template");
    let spec = own.and_then(|own| own.get("spec"));
    spec.is_some()
        && spec == template.and_then(|template| template.get("spec"))
        && has_labels(own.and_then(|own| own.pointer("/metadata/labels")), template)
}

fn has_labels(labels: Option<&Value>, template: Option<&Value>) -> bool {
    let wanted = template.and_then(|template| template.pointer("/metadata/labels"));
    let mut wanted = wanted.and_then(Value::as_object).into_iter().flatten();
    wanted.all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

/// The account of a pod spec.
fn account(spec: &Value) -> &str {
    match text(spec, "/serviceAccountName") {
        "" => "default",
        name => name,
    }
}

/// The reference to the controller of an object.
fn controller(object: &Value) -> Option<&Value> {
    let owners = items(object.pointer("/metadata/ownerReferences"));
    owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))
}

/// Whether something holds of each key that one of two mappings has.
fn all_keys(a: &Value, b: &Value, holds: impl Fn(&str, Option<&Value>, Option<&Value>) -> bool) -> bool {
    let (Some(own), Some(other)) = (a.as_object(), b.as_object()) else { return a == b };
    let keys = own.keys().chain(other.keys().filter(|key| !own.contains_key(*key)));
    keys.map(String::as_str).all(|key| holds(key, a.get(key), b.get(key)))
}

/// Whether something holds of each pair of two lists of the same length.
fn each(a: Option<&Value>, b: Option<&Value>, holds: impl Fn(&Value, &Value) -> bool) -> bool {
    let (a, b) = (items(a), items(b));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| holds(a, b))
}

/// Whether a list has all members of another one in their order, and more only of a kind.
fn is_longer(found: Option<&Value>, wanted: Option<&Value>, may_be_added: impl Fn(&Value) -> bool) -> bool {
    let mut left = items(wanted).iter().peekable();
    let is_known = |member: &Value, left: &mut std::iter::Peekable<std::slice::Iter<'_, Value>>| {
        left.next_if(|wanted| *wanted == member).is_some() || may_be_added(member)
    };
    items(found).iter().all(|member| is_known(member, &mut left)) && left.next().is_none()
}

/// Whether a value has all that another one has.
fn has_all(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| found.get(key).is_some_and(|found| has_all(found, wanted)))
        }
        _ => found == wanted,
    }
}

/// Whether two values are the same; what is empty is as if it were not there.
fn is_same(a: Option<&Value>, b: Option<&Value>) -> bool {
    let filled = |value: &&Value| match value {
        Value::Null => false,
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(members) => !members.is_empty(),
        _ => true,
    };
    a.filter(filled) == b.filter(filled)
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::{Value, json};

    use super::{Copies, Verdict, turn};
    use crate::k8s::json::text;

    /// Leaves out each object that says nothing but what its controller says, which is among these.
    fn leave_out(objects: &mut Vec<Value>) {
        let mut copies = Copies::default();
        let mut all: Vec<(usize, &Value)> = objects.iter().enumerate().collect();
        all.sort_by_key(|(_, object)| turn(text(object, "/kind")));
        let heard: Vec<(usize, Verdict)> = all.into_iter().map(|(at, object)| (at, copies.hear(object))).collect();
        let is_left_out = |verdict| match verdict {
            Verdict::Own => false,
            Verdict::Copy => true,
            Verdict::CopyUnlessBusy(uid) => !copies.is_busy(&uid),
        };
        let left_out: HashSet<usize> =
            heard.into_iter().filter_map(|(at, verdict)| is_left_out(verdict).then_some(at)).collect();
        let mut numbers = 0..;
        objects.retain(|_| numbers.next().is_none_or(|at| !left_out.contains(&at)));
    }

    /// A Deployment, its `ReplicaSet` and a pod, as an API server has them.
    fn page() -> Vec<Value> {
        let container = json!({
            "name": "page", "image": "busybox:1.37", "imagePullPolicy": "IfNotPresent",
            "ports": [{"containerPort": 8080, "protocol": "TCP"}],
            "resources": {"limits": {"memory": "32Mi"}},
            "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": "www", "mountPath": "/www"}],
        });
        let spec = json!({
            "containers": [container], "securityContext": {}, "dnsPolicy": "ClusterFirst", "restartPolicy": "Always",
            "volumes": [{"name": "www", "configMap": {"name": "page", "defaultMode": 420}}],
        });
        let template = |labels: Value| json!({"metadata": {"labels": labels}, "spec": spec});
        let mut pod = spec.clone();
        pod["nodeName"] = json!("a");
        pod["priority"] = json!(0);
        pod["enableServiceLinks"] = json!(true);
        pod["serviceAccount"] = json!("default");
        pod["serviceAccountName"] = json!("default");
        pod["tolerations"] =
            json!([{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}]);
        let token = json!({"name": "kube-api-access-x2x4z", "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
        ]}});
        push(&mut pod["volumes"], token);
        let container = &mut pod["containers"][0];
        container["resizePolicy"] = json!([{"resourceName": "cpu", "restartPolicy": "NotRequired"}]);
        container["resources"]["requests"] = json!({"memory": "32Mi"});
        let folder = "/var/run/secrets/kubernetes.io/serviceaccount";
        push(
            &mut container["volumeMounts"],
            json!({"name": "kube-api-access-x2x4z", "readOnly": true, "mountPath": folder}),
        );
        let labels = json!({"app": "page", "pod-template-hash": "1"});
        vec![
            json!({"kind": "Deployment", "metadata": {"name": "page", "namespace": "shop", "uid": "d"},
                "spec": {"replicas": 1, "template": template(json!({"app": "page"}))}}),
            json!({"kind": "ReplicaSet", "metadata": {"name": "page-1", "namespace": "shop", "uid": "r",
                "ownerReferences": by("Deployment", "page", "d")}, "spec": {"replicas": 1, "template": template(labels.clone())}}),
            json!({"kind": "Pod", "metadata": {"name": "page-1-x", "namespace": "shop", "uid": "p", "labels": labels,
                "ownerReferences": by("ReplicaSet", "page-1", "r")}, "spec": pod, "status": {"phase": "Running"}}),
        ]
    }

    /// What somebody does to a pod, and what that is.
    type Change = (&'static str, fn(&mut Value));

    fn by(kind: &str, name: &str, uid: &str) -> Value {
        json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": true}])
    }

    fn push(list: &mut Value, member: Value) {
        list.as_array_mut().expect("a list").push(member);
    }

    /// The names of what is not left out.
    fn kept(mut objects: Vec<Value>) -> Vec<String> {
        leave_out(&mut objects);
        objects.iter().map(|object| object["metadata"]["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// The same after a change of the pod.
    fn kept_with(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut objects = page();
        change(&mut objects[2]);
        kept(objects)
    }

    #[test]
    fn what_a_controller_makes_is_left_out() {
        assert_eq!(kept(page()), ["page"]);
        // without its Deployment, which perhaps nobody may read, the set speaks for itself
        assert_eq!(kept(page().split_off(1)), ["page-1"]);
        assert_eq!(kept(page().split_off(2)), ["page-1-x"]);
    }

    /// A pod that takes the node, with this owner.
    fn toolbox(owner: &Value) -> Value {
        json!({"kind": "Pod", "metadata": {"name": "toolbox", "namespace": "shop", "uid": "t",
            "labels": {"app": "page", "pod-template-hash": "1"}, "ownerReferences": owner},
            "spec": {"hostPID": true, "containers": [{"name": "page", "image": "busybox:1.37",
                "securityContext": {"privileged": true}}]}, "status": {"phase": "Running"}})
    }

    #[test]
    fn whose_a_pod_says_it_is_does_not_hide_it() {
        for owner in [
            by("ReplicaSet", "page-1", "r"),
            by("Deployment", "page", "d"),
            by("ConfigMap", "page", "c"),
            by("ServiceAccount", "page", "a"),
            by("Pod", "page-1-x", "p"),
            by("ReplicaSet", "gone", "g"),
            by("ReplicaSet", "page-1", ""),
        ] {
            let mut objects = page();
            for (kind, uid) in [("ConfigMap", "c"), ("ServiceAccount", "a")] {
                objects.push(json!({"kind": kind, "metadata": {"name": "page", "namespace": "shop", "uid": uid}}));
            }
            objects.push(toolbox(&owner));
            assert_eq!(kept(objects), ["page", "page", "page", "toolbox"], "{owner}");
        }
    }

    #[test]
    fn an_owner_elsewhere_or_of_another_name_is_none() {
        let all = ["page", "page-1-x"];
        assert_eq!(kept_with(|pod| pod["metadata"]["namespace"] = json!("other")), all);
        assert_eq!(kept_with(|pod| pod["metadata"]["ownerReferences"] = by("ReplicaSet", "page-2", "r")), all);
        assert_eq!(kept_with(|pod| pod["metadata"]["ownerReferences"] = by("StatefulSet", "page-1", "r")), all);
        assert_eq!(kept_with(|pod| pod["metadata"]["ownerReferences"][0]["controller"] = json!(false)), all);
    }

    #[test]
    fn other_objects_have_no_owner_that_speaks_for_them() {
        for kind in ["RoleBinding", "ConfigMap", "Deployment", "NetworkPolicy", "Job"] {
            let mut objects = page();
            objects.push(json!({"kind": kind, "metadata": {"name": "x", "namespace": "shop", "uid": "x",
                "ownerReferences": by("Deployment", "page", "d")}}));
            assert_eq!(kept(objects), ["page", "x"], "{kind}");
        }
    }

    #[test]
    fn a_revision_that_runs_differs_from_its_deployment() {
        let mut objects = page();
        objects[0]["spec"]["template"]["spec"]["hostPID"] = json!(true);
        // its pods are what it says, and it is not what the Deployment says any more
        assert_eq!(kept(objects.clone()), ["page", "page-1"]);
        objects[1]["spec"]["replicas"] = json!(0);
        assert_eq!(kept(objects.clone()), ["page", "page-1"]);
        objects[2]["status"]["phase"] = json!("Succeeded");
        assert_eq!(kept(objects.clone()), ["page"]);
        objects.pop();
        assert_eq!(kept(objects), ["page"]);
    }

    #[test]
    fn a_job_is_left_out_as_long_as_its_schedule_says_the_same() {
        let spec = json!({"containers": [{"name": "a", "image": "busybox"}], "restartPolicy": "Never"});
        let mut pod = spec.clone();
        pod["containers"][0]["env"] =
            json!([{"name": "JOB_COMPLETION_INDEX", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}]);
        let mut objects = vec![
            json!({"kind": "CronJob", "metadata": {"name": "night", "namespace": "shop", "uid": "c"},
                "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}),
            json!({"kind": "Job", "metadata": {"name": "night-1", "namespace": "shop", "uid": "j",
                "ownerReferences": by("CronJob", "night", "c")}, "spec": {"template": {"metadata": {"labels": {"job-name": "night-1"}}, "spec": spec}}}),
            json!({"kind": "Pod", "metadata": {"name": "night-1-x", "namespace": "shop", "labels": {"job-name": "night-1"},
                "ownerReferences": by("Job", "night-1", "j")}, "spec": pod, "status": {"phase": "Running"}}),
        ];
        assert_eq!(kept(objects.clone()), ["night"]);
        objects[0]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["hostPID"] = json!(true);
        assert_eq!(kept(objects.clone()), ["night", "night-1"]);
        objects[1]["status"] = json!({"conditions": [{"type": "Complete", "status": "True"}]});
        // somebody has written that: a pod of it runs
        assert_eq!(kept(objects.clone()), ["night", "night-1"]);
        objects[2]["status"]["phase"] = json!("Succeeded");
        assert_eq!(kept(objects), ["night"]);
    }

    #[test]
    fn volumes_of_claims_come_from_the_set() {
        let mut objects = page().split_off(1);
        objects[0]["kind"] = json!("StatefulSet");
        objects[0]["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}}]);
        objects[1]["metadata"]["ownerReferences"][0]["kind"] = json!("StatefulSet");
        let with = |claim: &str| {
            let mut objects = objects.clone();
            push(
                &mut objects[1]["spec"]["volumes"],
                json!({"name": "data", "persistentVolumeClaim": {"claimName": claim}}),
            );
            kept(objects)
        };
        assert_eq!(with("data-page-1-x"), ["page-1"]);
        assert_eq!(with("of-somebody-else"), ["page-1", "page-1-x"]);
    }

    #[test]
    fn what_a_platform_makes_stricter_is_as_good() {
        assert_eq!(
            kept_with(|pod| {
                pod["spec"]["securityContext"] = json!({"fsGroup": 1000, "seLinuxOptions": {"level": "s0:c1"},
                    "seccompProfile": {"type": "RuntimeDefault"}, "runAsUser": 1000});
                let context = &mut pod["spec"]["containers"][0]["securityContext"];
                context["runAsNonRoot"] = json!(true);
                context["allowPrivilegeEscalation"] = json!(false);
                context["capabilities"]["drop"] = json!(["ALL", "KILL"]);
                pod["spec"]["containers"][0]["imagePullPolicy"] = json!("Always");
            }),
            ["page"]
        );
    }

    #[test]
    fn a_token_that_nobody_gives_is_not_added() {
        let all = ["page", "page-1-x"];
        let mut objects = page();
        objects[1]["spec"]["template"]["spec"]["automountServiceAccountToken"] = json!(false);
        objects[0]["spec"]["template"]["spec"]["automountServiceAccountToken"] = json!(false);
        objects[2]["spec"]["automountServiceAccountToken"] = json!(false);
        assert_eq!(kept(objects), all);
        let mut objects = page();
        objects
            .push(json!({"kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "shop", "uid": "s"},
            "automountServiceAccountToken": false}));
        assert_eq!(kept(objects), ["page", "page-1-x", "default"]);
    }

    #[test]
    fn the_port_of_the_node_is_written_twice() {
        let with = |port: u16| {
            let mut objects = page();
            for place in ["/spec/template/spec", "/spec"] {
                for object in &mut objects {
                    if let Some(spec) = object.pointer_mut(place).filter(|spec| spec.get("containers").is_some()) {
                        spec["hostNetwork"] = json!(true);
                    }
                }
            }
            objects[2]["spec"]["containers"][0]["ports"][0]["hostPort"] = json!(port);
            kept(objects)
        };
        assert_eq!(with(8080), ["page"]);
        assert_eq!(with(80), ["page", "page-1-x"]);
        assert_eq!(
            kept_with(|pod| pod["spec"]["containers"][0]["ports"][0]["hostPort"] = json!(8080)),
            ["page", "page-1-x"]
        );
    }

    #[test]
    fn what_differs_from_its_template_stays() {
        let all = ["page", "page-1-x"];
        let changes: [Change; 22] = [
            ("another image", |pod| pod["spec"]["containers"][0]["image"] = json!("evil:1")),
            ("another command", |pod| pod["spec"]["containers"][0]["command"] = json!(["sh"])),
            ("privileged", |pod| pod["spec"]["containers"][0]["securityContext"]["privileged"] = json!(true)),
            ("a capability", |pod| {
                pod["spec"]["containers"][0]["securityContext"]["capabilities"] =
                    json!({"drop": ["ALL"], "add": ["SYS_ADMIN"]});
            }),
            ("fewer dropped", |pod| {
                pod["spec"]["containers"][0]["securityContext"]["capabilities"] = json!({"drop": []});
            }),
            ("a field less", |pod| {
                pod["spec"]["containers"][0]["securityContext"] = json!({"capabilities": {"drop": ["ALL"]}});
            }),
            ("root", |pod| pod["spec"]["securityContext"] = json!({"runAsUser": 0})),
            ("unconfined", |pod| pod["spec"]["securityContext"] = json!({"seccompProfile": {"type": "Unconfined"}})),
            ("a namespace of the node", |pod| pod["spec"]["hostPID"] = json!(true)),
            ("the network of the node", |pod| pod["spec"]["hostNetwork"] = json!(true)),
            ("a folder of the node", |pod| {
                push(&mut pod["spec"]["volumes"], json!({"name": "host", "hostPath": {"path": "/"}}));
            }),
            ("a volume under the name of the token's", |pod| {
                pod["spec"]["volumes"][1] = json!({"name": "kube-api-access-x2x4z", "hostPath": {"path": "/"}});
            }),
            ("a token for somebody else", |pod| {
                pod["spec"]["volumes"][1]["projected"]["sources"][0]["serviceAccountToken"]["audience"] =
                    json!("vault");
            }),
            ("a Secret beside the token", |pod| {
                push(&mut pod["spec"]["volumes"][1]["projected"]["sources"], json!({"secret": {"name": "key"}}));
            }),
            ("the token elsewhere", |pod| {
                pod["spec"]["containers"][0]["volumeMounts"][1]["mountPath"] = json!("/www/x");
            }),
            ("a second mount", |pod| {
                push(&mut pod["spec"]["containers"][0]["volumeMounts"], json!({"name": "www", "mountPath": "/tmp"}));
            }),
            ("a second container", |pod| {
                push(&mut pod["spec"]["containers"], json!({"name": "b", "image": "busybox"}));
            }),
            ("a container before", |pod| pod["spec"]["initContainers"] = json!([{"name": "b", "image": "busybox"}])),
            ("a container for debugging", |pod| {
                pod["spec"]["ephemeralContainers"] = json!([{"name": "b", "image": "busybox"}]);
            }),
            ("another account", |pod| pod["spec"]["serviceAccountName"] = json!("admin")),
            ("a limit less", |pod| pod["spec"]["containers"][0]["resources"] = json!({})),
            ("other labels", |pod| pod["metadata"]["labels"] = json!({"pod-template-hash": "1"})),
        ];
        for (what, change) in changes {
            assert_eq!(kept_with(change), all, "{what}");
        }
    }
}
