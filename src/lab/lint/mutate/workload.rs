//! Wrong answers by workloads: containers, mounts, tokens and pods beside those that the solution has put right.

use serde_json::{Value, json};

use super::inventory::{name, neutral};
use super::json::{items, pod_spec, text, with, with_at, with_member, without};
use super::scene::Scene;
use super::wrong::{Edit, OWNER_UID, Wrong};
use crate::lab::course::CheckKind;
use crate::lab::course::check_kind::{To, TokenFrom, Works};
use crate::yaml::base64::decode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The workloads that the solution has made or changed.
fn changed<'s>(scene: &Scene<'s>) -> Vec<(Option<&'s Value>, &'s Value, &'static str)> {
    let all = scene.changed();
    all.filter_map(|(_, before, after)| Some((before, after, pod_spec(after)?.0))).collect()
}

/// A container as somebody adds one who does not think of the rest.
fn container(scene: &Scene<'_>, name: &str, command: &[&str]) -> Value {
    json!({"name": name, "image": scene.names.image, "imagePullPolicy": "IfNotPresent", "command": command})
}

/// A second container, or one before the others, without anything that makes it safe.
pub(super) fn second_container(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (_, object, pointer) in changed(scene) {
        let beside =
            with_member(object, &format!("{pointer}/containers"), container(scene, "mutant", &["sleep", "100000"]));
        let first = with_member(object, &format!("{pointer}/initContainers"), container(scene, "mutant", &["true"]));
        for (what, changed) in [("a second container", beside), ("a container before the others", first)] {
            let wrong = scene.changes(what, object, changed);
            found.extend(wrong.filter(|wrong| scene.is_worse(&wrong.edits)));
        }
    }
    found
}

/// A second folder that the container can write to: a new one, and that of its own files.
pub(super) fn second_mount(scene: &Scene<'_>) -> Vec<Wrong> {
    // a folder to write into is wrong where nobody shall leave a file anywhere
    let tries = |probe: &&CheckKind| matches!(probe, CheckKind::Exec(run) if run.argv.iter().any(|word| word.contains("touch ")));
    if !scene.probes().iter().any(tries) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (_, object, pointer) in changed(scene) {
        let scratch = with_member(object, &format!("{pointer}/volumes"), json!({"name": "mutant", "emptyDir": {}}));
        let mount = json!({"name": "mutant", "mountPath": "/srv/mutant"});
        let list = format!("{pointer}/containers/0/volumeMounts");
        let changed = scratch.and_then(|object| with_member(&object, &list, mount));
        found.extend(scene.changes("a folder that can be written, at /srv/mutant", object, changed));
        for mount in items(object, &list).iter().filter(|mount| mount.get("readOnly") == Some(&json!(true))) {
            let volumes = items(object, &format!("{pointer}/volumes"));
            let volume = volumes.iter().find(|volume| volume.get("name") == mount.get("name"));
            if volume.is_some_and(|volume| volume.get("emptyDir").is_some()) {
                let again = json!({"name": mount.get("name"), "mountPath": "/srv/mutant"});
                let what = format!("the volume {} a second time, to write", text(mount, "/name"));
                found.extend(scene.changes(&what, object, with_member(object, &list, again)));
            }
        }
    }
    found
}

/// The workload of the start beside that of the solution, as its Service finds it and as it does not.
pub(super) fn old_copy(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (before, after, _) in changed(scene) {
        let Some(before) = before.filter(|object| text(object, "/kind") == "Deployment") else { continue };
        let copy = with(before, &["metadata", "name"], json!(format!("{}-old", text(before, "/metadata/name"))));
        let copy = without(&copy, &["metadata", "annotations"]);
        let mark = |object: &Value| {
            let object = with(object, &["spec", "selector", "matchLabels", "mutant"], json!("old"));
            with(&object, &["spec", "template", "metadata", "labels", "mutant"], json!("old"))
        };
        let beside = mark(&copy);
        let labels = json!({"mutant": "old"});
        let apart = with(&copy, &["spec", "selector"], json!({"matchLabels": labels}));
        let apart = with(&apart, &["spec", "template", "metadata", "labels"], labels);
        for (what, copy) in [("behind the same Service", beside), ("with other labels", apart)] {
            let what = format!("{} of the start a second time, {what}", name(after, scene.names));
            let wrong = Wrong::new(what, [Edit::Put(copy)]);
            found.extend(Some(wrong).filter(|wrong| scene.is_worse(&wrong.edits)));
        }
    }
    found
}

/// A privileged pod that says that something owns it.
pub(super) fn hidden_pod(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut spaces: Vec<&str> = Vec::new();
    for probe in scene.probes() {
        if let CheckKind::Rule(spec) = probe
            && spec.all
            && spec.kinds.is_empty()
        {
            spaces.extend(spec.ns.iter().filter_map(|alias| scene.ns(alias)));
        }
    }
    spaces.sort_unstable();
    spaces.dedup();
    let mut found = Vec::new();
    for ns in spaces {
        let alias = neutral(ns, scene.names);
        for owner in ["Deployment", "ConfigMap", "Secret"] {
            let own = |object: &&&Value| text(object, "/kind") == owner && text(object, "/metadata/namespace") == ns;
            let Some(object) = scene.after.values().collect::<Vec<_>>().iter().find(own).copied() else { continue };
            let reference = json!([{"apiVersion": text(object, "/apiVersion"), "kind": owner,
                "name": text(object, "/metadata/name"), "uid": OWNER_UID, "controller": owner != "Secret"}]);
            let mut pod = bare_pod(scene, ns, true);
            pod = with(&pod, &["metadata", "ownerReferences"], reference);
            found.push(Wrong::new(format!("a privileged pod in {alias} that a {owner} owns"), [Edit::Put(pod)]));
        }
        let pod = bare_pod(scene, ns, true);
        found.push(Wrong::new(format!("a privileged pod in {alias}"), [Edit::Put(pod)]));
    }
    found
}

fn bare_pod(scene: &Scene<'_>, ns: &str, privileged: bool) -> Value {
    let container = container(scene, "mutant", &["sleep", "100000"]);
    let container =
        if privileged { with(&container, &["securityContext"], json!({"privileged": true})) } else { container };
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "mutant", "namespace": ns, "labels": {"mutant": "pod"}},
        "spec": {"terminationGracePeriodSeconds": 0, "hostPID": privileged, "containers": [container]}})
}

/// Where checks look for tokens that must not be there: the workload, its namespace and its container.
fn tokenless<'s>(scene: &Scene<'s>) -> Vec<&'s Value> {
    let mut found: Vec<&Value> = Vec::new();
    for probe in scene.probes() {
        let CheckKind::Token(spec) = probe else { continue };
        if let (true, TokenFrom::Workload(workload, place)) = (spec.absent, &spec.from) {
            found.extend(scene.workload(&place.ns, workload));
        }
    }
    found.dedup();
    found
}

/// A token where nobody looks for it.
pub(super) fn hidden_token(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for object in tokenless(scene) {
        let Some((pointer, _)) = pod_spec(object) else { continue };
        let projected = json!({"name": "mutant", "projected": {"sources": [{"serviceAccountToken": {"path": "key"}}]}});
        let mount = json!({"name": "mutant", "mountPath": "/srv/mutant", "readOnly": true});
        let with_volume = with_member(object, &format!("{pointer}/volumes"), projected);
        let here = with_volume
            .as_ref()
            .and_then(|object| with_member(object, &format!("{pointer}/containers/0/volumeMounts"), mount.clone()));
        found.extend(scene.changes("its token is mounted at /srv/mutant", object, here));
        let template = object.pointer(&format!("{pointer}/containers/0")).cloned().unwrap_or_default();
        let mut helper = json!({"name": "mutant", "image": scene.names.image, "imagePullPolicy": "IfNotPresent",
            "command": ["sleep", "100000"], "volumeMounts": [mount]});
        for key in ["securityContext", "resources"] {
            if let Some(value) = template.get(key) {
                helper = with(&helper, &[key], value.clone());
            }
        }
        let there = with_volume.and_then(|object| with_member(&object, &format!("{pointer}/containers"), helper));
        found.extend(scene.changes("a second container has its token", object, there));
    }
    found
}

/// Tokens of accounts that never expire.
pub(super) fn eternal_token(scene: &Scene<'_>) -> Vec<Wrong> {
    let accounts = scene.users.values().filter_map(|user| user.strip_prefix("system:serviceaccount:")?.split_once(':'));
    let mut accounts: Vec<(&str, &str)> = accounts.collect();
    accounts.sort_unstable();
    accounts.dedup();
    let secret = |(ns, account): (&str, &str)| {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
            "metadata": {"name": "mutant", "namespace": ns, "annotations": {"kubernetes.io/service-account.name": account}}});
        Wrong::new(format!("a Secret with a token of {account} that never expires"), [Edit::Put(secret)])
    };
    accounts.into_iter().map(secret).collect()
}

/// The places where a word that shall not lie open lies open.
pub(super) fn open_word(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for probe in scene.probes() {
        let CheckKind::Leak(spec) = probe else { continue };
        let (Some(word), Some(ns)) = (scene.names.random.get(&*spec.marker.value.0), scene.ns(&spec.ns)) else {
            continue;
        };
        let (Some(object), marker) = (scene.workload(&spec.ns, &spec.workload), &*spec.marker.value.0) else {
            continue;
        };
        let Some((pointer, _)) = pod_spec(object) else { continue };
        let env = |member: Value| with_member(object, &format!("{pointer}/containers/0/env"), member);
        let plain = json!({"name": "MUTANT", "value": format!("user:{word}@db")});
        found.extend(scene.changes(&format!("<{marker}> within a variable"), object, env(plain)));
        if let Some((secret, key)) = holder(scene, ns, word) {
            let by_key = json!({"name": "MUTANT", "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}});
            found.extend(scene.changes(&format!("<{marker}> in a variable, by its key"), object, env(by_key)));
            let all = json!({"prefix": "MUTANT_", "secretRef": {"name": secret}});
            let all = with_member(object, &format!("{pointer}/containers/0/envFrom"), all);
            found.extend(scene.changes(&format!("<{marker}> in the environment, with all of its Secret"), object, all));
        }
        let note = with(object, &["metadata", "annotations", "mutant"], json!(word));
        found.extend(scene.changes(&format!("<{marker}> in an annotation"), object, Some(note)));
        found.extend(config_maps(ns, marker, word));
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|wrong| seen.insert(wrong.what.clone()));
    found
}

fn config_maps(ns: &str, marker: &str, word: &str) -> Vec<Wrong> {
    let map = |key: &str, value: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mutant", "namespace": ns}, key: value});
    let encoded = STANDARD.encode(word);
    vec![
        Wrong::new(
            format!("<{marker}> within another ConfigMap"),
            [Edit::Put(map("data", json!({"settings": format!("a=1\npassword={word}\n")})))],
        ),
        Wrong::new(
            format!("<{marker}> in the binary data of a ConfigMap"),
            [Edit::Put(map("binaryData", json!({"settings": encoded})))],
        ),
        Wrong::new(
            format!("<{marker}> in base64 in a ConfigMap"),
            [Edit::Put(map("data", json!({"settings": encoded.clone()})))],
        ),
    ]
}

/// The Secret of a namespace that holds a word, and its key.
fn holder<'s>(scene: &Scene<'s>, ns: &str, word: &str) -> Option<(&'s str, &'s str)> {
    scene.after.values().filter(|object| text(object, "/kind") == "Secret").find_map(|secret| {
        let data = secret.get("data")?.as_object()?;
        let holds = |value: &Value| decode(value.as_str()?).filter(|bytes| bytes == word.as_bytes());
        let (key, _) = data.iter().find(|(_, value)| holds(value).is_some())?;
        (text(secret, "/metadata/namespace") == ns).then_some((text(secret, "/metadata/name"), key.as_str()))
    })
}

/// Workloads that have to work, stopped.
pub(super) fn stopped(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for probe in scene.probes() {
        let CheckKind::Healthy(spec) = probe else { continue };
        let Works::Workload(workload, pods) = &spec.what else { continue };
        let Some(object) = scene.workload(&pods.ns, workload) else { continue };
        found.extend(scene.changes("no pods", object, with_at(object, "/spec/replicas", json!(0))));
    }
    found
}

/// Programs that have to stay the same, replaced.
pub(super) fn other_program(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for probe in scene.probes() {
        let CheckKind::Unchanged(spec) = probe else { continue };
        let Some(object) = scene.after.values().find(|object| {
            text(object, "/kind") == spec.kind.value.as_str()
                && text(object, "/metadata/name") == spec.name
                && spec.ns.as_ref().is_none_or(|alias| scene.ns(alias) == Some(text(object, "/metadata/namespace")))
        }) else {
            continue;
        };
        for expression in &spec.cel {
            let Some(pointer) = pointer_of(expression) else { continue };
            let Some(value) = object.pointer(&pointer).and_then(other_value) else { continue };
            let what = format!("{} is another", expression.value.trim_start_matches("object."));
            found.extend(scene.changes(&what, object, with_at(object, &pointer, value)));
        }
    }
    found
}

/// `object.spec.list[0].key` as a JSON pointer; none of what is more than a place.
fn pointer_of(expression: &str) -> Option<String> {
    let place = expression.strip_prefix("object.")?;
    let is_place = place.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'[' | b']' | b'-'));
    is_place.then(|| format!("/{}", place.replace(']', "").replace(['.', '['], "/")))
}

/// Something like a value, and another one.
fn other_value(value: &Value) -> Option<Value> {
    Some(match value {
        // what an image is called is not asked for at once by everybody: this one is there under both names
        Value::String(text) if text.contains("busybox") => json!(format!("docker.io/library/{text}")),
        Value::String(text) => json!(format!("{text}-mutant")),
        Value::Array(list) => {
            let more = list.iter().cloned().chain([list.last().cloned().unwrap_or_else(|| json!("mutant"))]);
            Value::Array(more.collect())
        }
        Value::Object(fields) if fields.values().all(Value::is_string) => {
            let mut fields = fields.clone();
            // what names something has no room for other keys
            let key = if fields.contains_key("name") { "name" } else { "mutant" };
            fields.insert(key.to_owned(), json!("mutant"));
            Value::Object(fields)
        }
        _ => return None,
    })
}

/// Services that have to answer, leading nowhere.
pub(super) fn lost_service(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut services: Vec<(&str, &str)> = Vec::new();
    for probe in scene.probes() {
        match probe {
            CheckKind::Http(spec) => {
                services.extend(spec.ns.as_ref().and_then(|alias| scene.ns(alias)).zip(spec.service.as_deref()));
            }
            CheckKind::Connect(spec) => {
                if let Some(To::Service(service, within)) = &spec.to {
                    services.extend(scene.ns(&within.ns).map(|ns| (ns, service.as_str())));
                }
            }
            _ => {}
        }
    }
    services.sort_unstable();
    services.dedup();
    let mut found = Vec::new();
    for (ns, service) in services {
        let object = scene.after.values().find(|object| {
            text(object, "/kind") == "Service"
                && text(object, "/metadata/name") == service
                && text(object, "/metadata/namespace") == ns
        });
        let Some(object) = object else { continue };
        let changed = with_at(object, "/spec/selector", json!({"app": "mutant"}));
        found.extend(scene.changes("it selects no pod", object, changed));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{other_value, pointer_of};

    #[test]
    fn an_expression_that_is_a_place_can_be_changed() {
        let pointer = pointer_of("object.spec.template.spec.containers[0].command");
        assert_eq!(pointer.as_deref(), Some("/spec/template/spec/containers/0/command"));
        assert_eq!(pointer_of("size(object.spec.template.spec.containers)"), None);
        assert_eq!(pointer_of("object.spec.template.spec.containers.size()"), None);
        assert_eq!(other_value(&json!(["a", "b"])), Some(json!(["a", "b", "b"])));
        assert_eq!(other_value(&json!({"kind": "Role", "name": "a"})), Some(json!({"kind": "Role", "name": "mutant"})));
        assert_eq!(other_value(&json!(1)), None);
    }
}
