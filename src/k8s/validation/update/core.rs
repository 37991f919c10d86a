//! `pkg/apis/core/validation`: what holds data, volumes and claims on them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::change::{Changes, Pair};
use super::same;
use crate::k8s::validation::{At, at};
use crate::yaml::base64;

const DATA: &str =
    "give it another name and let pods name that, as the generators of kustomize do; or delete it and create it anew";
const SECRET_TYPE: &str = "delete the Secret and create it anew, or give it another name";
const CLAIM: &str =
    "make a claim of another name and copy the data; only the amount of storage may grow, if the class allows it";
const VOLUME: &str =
    "delete the PersistentVolume and create it anew; with `persistentVolumeReclaimPolicy: Retain` its data stays";
const QUOTA: &str = "delete the quota and create it anew, or add a second one";

pub(super) fn validate<'d, 's>(kind: &str, pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    match kind {
        "ConfigMap" => validate_config_map_update(pair, changes),
        "Secret" => validate_secret_update(pair, changes),
        "PersistentVolumeClaim" => validate_persistent_volume_claim_update(pair, changes),
        "PersistentVolume" => validate_persistent_volume_update(pair, changes),
        "ResourceQuota" => validate_resource_quota_update(pair, changes),
        "Node" => validate_node_update(pair, changes),
        _ => {}
    }
}

/// What `immutable: true` once said holds for ever.
fn stays_immutable<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) -> bool {
    let is_fixed = at::is_true(pair.old.get("immutable"));
    if is_fixed {
        changes.immutable(pair, &["immutable"], &Value::Null, DATA);
    }
    is_fixed
}

/// `ValidateConfigMapUpdate`.
fn validate_config_map_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    if !stays_immutable(pair, changes) {
        return;
    }
    for name in ["data", "binaryData"] {
        let entries = |at: At<'d, 's>| at.get(name).into_iter().flat_map(At::entries);
        let old: BTreeMap<&str, &str> = texts(pair.old.get(name));
        let new: BTreeMap<&str, &str> = texts(pair.new.get(name));
        if old == new {
            continue;
        }
        let entry = entries(pair.new).find(|entry| old.get(entry.name()) != new.get(entry.name()));
        let why = "may not change: the ConfigMap was `immutable: true`";
        match entry.or(pair.new.get(name)) {
            Some(at) => changes.refuse(at, why, DATA),
            None => changes.refuse_gone(pair.new, name, why, DATA),
        }
    }
}

/// The texts of a mapping, an empty one too.
fn texts<'d>(at: Option<At<'d, '_>>) -> BTreeMap<&'d str, &'d str> {
    let entries = at.into_iter().flat_map(|at| at.node.fields());
    entries.filter_map(|(key, value)| Some((key.text()?, value.text().unwrap_or_default()))).collect()
}

/// `ValidateSecretUpdate`.
fn validate_secret_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    changes.immutable(pair, &["type"], &json!("Opaque"), SECRET_TYPE);
    if !stays_immutable(pair, changes) {
        return;
    }
    let old = secret_data(pair.old);
    let plain = texts(pair.new.get("stringData"));
    let differs = |entry: &At<'d, 's>, is_plain: bool| {
        let bytes = if is_plain { entry.node.text().map(|text| text.as_bytes().to_vec()) } else { coded(*entry) };
        bytes.is_some() && old.get(entry.name()) != bytes.as_ref()
    };
    let of = |name: &str| pair.new.get(name).into_iter().flat_map(At::entries);
    let in_data = of("data").filter(|entry| !plain.contains_key(entry.name())).find(|entry| differs(entry, false));
    let found = of("stringData").find(|entry| differs(entry, true)).or(in_data);
    // what was in `stringData` stays in the Secret, whoever takes it out of the manifest
    let had = texts(pair.old.get("data"));
    let has = texts(pair.new.get("data"));
    let is_gone = had.keys().any(|key| !has.contains_key(key) && !plain.contains_key(key));
    let why = "may not change: the Secret was `immutable: true`";
    match found.or_else(|| pair.new.get("data").filter(|_| is_gone)) {
        Some(at) => changes.refuse(at, why, DATA),
        None if is_gone => changes.refuse_gone(pair.new, "data", why, DATA),
        None => {}
    }
}

fn coded(entry: At<'_, '_>) -> Option<Vec<u8>> {
    base64::decode(entry.node.text()?)
}

/// What a Secret holds: that of `stringData` wins.
fn secret_data(root: At<'_, '_>) -> BTreeMap<String, Vec<u8>> {
    let of = |name: &str| root.get(name).into_iter().flat_map(At::entries);
    let data = of("data").filter_map(|entry| Some((entry.name().to_owned(), coded(entry)?)));
    let plain = of("stringData").filter_map(|entry| Some((entry.name().to_owned(), entry.node.text()?.into())));
    data.chain(plain).collect()
}

/// `ValidatePersistentVolumeClaimUpdate`. Whether it is bound is not known: more storage counts as taken.
fn validate_persistent_volume_claim_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let Some(spec) = pair.inner("spec") else { return };
    for name in ["accessModes", "selector"] {
        changes.immutable(spec, &[name], &Value::Null, CLAIM);
    }
    changes.immutable(spec, &["volumeMode"], &json!("Filesystem"), CLAIM);
    changes.immutable(spec, &["resources", "limits"], &Value::Null, CLAIM);
    // a class that nobody named, and a volume that was not yet found, may be named once
    for name in ["storageClassName", "volumeName"] {
        if spec.old.get(name).is_some_and(|at| name == "storageClassName" || !at.is_empty()) {
            let same = spec.old.get(name).and_then(At::any_str) == spec.new.get(name).and_then(At::any_str);
            if !same {
                let value = |at: At<'_, '_>| json!(at.get(name).and_then(At::any_str));
                changes.differ(spec, &[name], &value(spec.old), &value(spec.new), CLAIM);
            }
        }
    }
    validate_source(spec, changes);
    let storage = |at: At<'_, '_>| at.path(&["resources", "requests", "storage"]).and_then(At::quantity);
    let place = spec.new.path(&["resources", "requests", "storage"]);
    if let (Some(before), Some(after), Some(place)) = (storage(spec.old), storage(spec.new), place)
        && after < before
    {
        changes.refuse(
            place,
            "may not become less",
            "a volume does not shrink: make a smaller claim of another name and copy the data",
        );
    }
}

/// The source of the data: `dataSource` and `dataSourceRef` are two names of one, each filled in from the other.
fn validate_source<'d, 's>(spec: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let source = |at: At<'_, '_>| at.get("dataSourceRef").or(at.get("dataSource")).map(same::plain).unwrap_or_default();
    let (before, after) = (source(spec.old), source(spec.new));
    if before != after {
        let name = if spec.new.get("dataSourceRef").is_some() { "dataSourceRef" } else { "dataSource" };
        changes.differ(spec, &[name], &before, &after, CLAIM);
    }
}

/// What a PersistentVolume says beside its source.
const BESIDE_SOURCE: [&str; 10] = [
    "capacity",
    "accessModes",
    "claimRef",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "mountOptions",
    "volumeMode",
    "nodeAffinity",
    "volumeAttributesClassName",
    "status",
];

/// `ValidatePersistentVolumeUpdate`.
fn validate_persistent_volume_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let Some(spec) = pair.inner("spec") else { return };
    let source = |at: At<'_, '_>| {
        let mut value = same::plain(at);
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|name, _| !BESIDE_SOURCE.contains(&name.as_str()));
        }
        value
    };
    let (mut before, mut after) = (source(spec.old), source(spec.new));
    // the Secret for growing may be named later
    let secret = |value: &Value| value.pointer("/csi/controllerExpandSecretRef").is_some();
    if !secret(&before) && before.get("csi").is_some() && secret(&after) {
        for value in [&mut before, &mut after] {
            if let Some(csi) = value.get_mut("csi").and_then(Value::as_object_mut) {
                csi.remove("controllerExpandSecretRef");
            }
        }
    }
    if before != after {
        changes.differ(pair, &["spec"], &before, &after, VOLUME);
    }
    changes.immutable(spec, &["volumeMode"], &json!("Filesystem"), VOLUME);
    // labels of zones and systems may change to those of today
    let names_beta = |at: At<'_, '_>| same::plain(at).to_string().contains("beta.kubernetes.io");
    if spec.old.get("nodeAffinity").is_some_and(|at| !names_beta(at)) {
        changes.immutable(spec, &["nodeAffinity"], &Value::Null, VOLUME);
    }
    let class = |at: At<'_, '_>| at.get("volumeAttributesClassName").is_some();
    if class(spec.old) && !class(spec.new) {
        changes.immutable(spec, &["volumeAttributesClassName"], &Value::Null, VOLUME);
    }
}

/// `ValidateResourceQuotaUpdate`: its scopes, in any order.
fn validate_resource_quota_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    const PATH: [&str; 2] = ["spec", "scopes"];
    let scopes = |at: At<'_, '_>| {
        let scopes = at.path(&PATH).into_iter().flat_map(At::items);
        let mut scopes: Vec<String> = scopes.filter_map(|scope| Some(scope.any_str()?.to_owned())).collect();
        scopes.sort();
        scopes.dedup();
        scopes
    };
    let (before, after) = (scopes(pair.old), scopes(pair.new));
    if before != after {
        changes.differ(pair, &PATH, &json!(before.len()), &json!(after), QUOTA);
    }
}

/// `ValidateNodeUpdate`: what says which machine it is.
fn validate_node_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    const NODE: &str = "delete the Node; the kubelet makes it anew";
    if pair.old.path(&["spec", "providerID"]).is_some_and(|at| !at.is_empty()) {
        changes.immutable(pair, &["spec", "providerID"], &Value::Null, NODE);
    }
}
