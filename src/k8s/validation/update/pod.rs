//! `ValidatePodUpdate`.

use serde_json::{Map, Value};

use super::change::{Changes, Pair};
use super::same;
use crate::k8s::validation::At;

const POD: &str = "delete the pod and create it anew; a Deployment or another controller replaces its pods by itself. In a pod that runs \
                   only images may change, tolerations be added, and `activeDeadlineSeconds` be less";

/// The fields of a pod that are judged by themselves.
const JUDGED: [&str; 4] = ["activeDeadlineSeconds", "tolerations", "schedulingGates", "ephemeralContainers"];

/// `ValidatePodUpdate`.
pub(super) fn validate_pod_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let Some(spec) = pair.inner("spec") else { return };
    for name in ["containers", "initContainers"] {
        let count = |at: At<'_, '_>| at.get(name).map_or(0, |list| list.items().len());
        if count(spec.old) != count(spec.new) {
            let at = spec.new.get(name).unwrap_or(spec.new);
            return changes.refuse(at, "may not have more or fewer containers than before", POD);
        }
    }
    validate_deadline(spec, changes);
    validate_only_added_tolerations(spec, changes);
    validate_only_deleted_scheduling_gates(spec, changes);
    let is_gated = spec.old.get("schedulingGates").is_some_and(|gates| !gates.is_empty());
    let rest = |at: At<'_, '_>| {
        let mut value = same::plain(at);
        if let Some(fields) = value.as_object_mut() {
            complete(fields);
            without_judged(fields, is_gated);
        }
        value
    };
    let (before, after) = (rest(spec.old), rest(spec.new));
    if before != after {
        changes.differ(pair, &["spec"], &before, &after, POD);
    }
}

/// `activeDeadlineSeconds` may be set, and become less.
fn validate_deadline<'d, 's>(spec: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let (old, new) = (spec.old.get("activeDeadlineSeconds"), spec.new.get("activeDeadlineSeconds"));
    match (old.and_then(At::int), new.and_then(At::int), new) {
        (Some(before), Some(after), Some(at)) if after > before => {
            changes.refuse(at, "may not become more", POD);
        }
        (Some(_), None, None) => changes.immutable(spec, &["activeDeadlineSeconds"], &Value::Null, POD),
        _ => {}
    }
}

/// `validateOnlyAddedTolerations`; how long one holds may change.
fn validate_only_added_tolerations<'d, 's>(spec: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let plain = |toleration: At<'_, '_>| {
        let mut value = same::plain(toleration);
        value.as_object_mut().map(|fields| fields.remove("tolerationSeconds"));
        if let Some(fields) = value.as_object_mut().filter(|it| it.get("operator").is_some_and(|it| it == "Equal")) {
            fields.remove("operator");
        }
        value
    };
    let now: Vec<Value> = spec.new.each("tolerations").map(plain).collect();
    if spec.old.each("tolerations").map(plain).any(|toleration| !now.contains(&toleration)) {
        let why = "may only have more tolerations than before";
        match spec.new.get("tolerations") {
            Some(at) => changes.refuse(at, why, POD),
            None => changes.refuse_gone(spec.new, "tolerations", why, POD),
        }
    }
}

/// `validateOnlyDeletedSchedulingGates`.
fn validate_only_deleted_scheduling_gates<'d, 's>(spec: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let had = |name: &str| spec.old.each("schedulingGates").any(|gate| gate.text("name") == Some(name));
    let mut names = spec.new.each("schedulingGates").filter_map(|gate| gate.get("name"));
    if let Some(name) = names.find(|name| name.str().is_some_and(|name| !had(name))) {
        changes.refuse(name, "may not be added to a pod that is there", POD);
    }
}

/// What the API server fills in for pods, and not for templates.
fn complete(fields: &mut Map<String, Value>) {
    if fields.get("enableServiceLinks") == Some(&Value::Bool(true)) {
        fields.remove("enableServiceLinks");
    }
    for name in ["containers", "initContainers"] {
        let containers = fields.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten();
        for resources in containers.filter_map(|it| it.get_mut("resources")?.as_object_mut()) {
            let Some(Value::Object(limits)) = resources.get("limits").cloned() else { continue };
            let requests = resources.entry("requests").or_insert_with(|| Value::Object(Map::new()));
            for (name, amount) in limits {
                if let Some(requests) = requests.as_object_mut() {
                    requests.entry(name).or_insert(amount);
                }
            }
        }
    }
}

/// Takes out what may change, and of a pod that waits where it may run.
fn without_judged(fields: &mut Map<String, Value>, is_gated: bool) {
    for name in JUDGED {
        fields.remove(name);
    }
    for name in ["containers", "initContainers"] {
        let containers = fields.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten();
        for container in containers.filter_map(Value::as_object_mut) {
            container.remove("image");
            // what it is by default depends on the image, and stays what it was
            container.remove("imagePullPolicy");
        }
    }
    if is_gated {
        fields.remove("nodeSelector");
        if let Some(affinity) = fields.get_mut("affinity").and_then(Value::as_object_mut) {
            affinity.remove("nodeAffinity");
            if affinity.is_empty() {
                fields.remove("affinity");
            }
        }
    }
}
