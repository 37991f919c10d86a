//! What an environment changes, as strategic merge patches: the difference of two rendered objects, in the form that
//! kustomize merges back.

use serde_json::{Map, Value, json};

/// Lists that kustomize merges by the members' `name`; all others are replaced as a whole.
const BY_NAME: [&str; 4] = ["containers", "initContainers", "env", "volumes"];

/// Lists that kustomize merges by another key of their members: they have to say that they stand for the old ones.
const BY_OTHER_KEYS: [&str; 4] = ["ports", "volumeMounts", "topologySpreadConstraints", "imagePullSecrets"];

/// The patch that turns `from` into `to`; `None` if nothing differs. Both are the same object.
pub fn between(from: &Value, to: &Value) -> Option<Value> {
    let mut patch = diff(from, to)?;
    // the fields by which kustomize finds the object
    let mut whole = Map::new();
    for key in ["apiVersion", "kind"] {
        whole.insert(key.to_owned(), to.get(key).cloned().unwrap_or_default());
    }
    let mut metadata = Map::new();
    for key in ["name", "namespace"] {
        if let Some(value) = to.pointer(&format!("/metadata/{key}")) {
            metadata.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(Value::Object(changed)) = patch.get_mut("metadata").map(Value::take) {
        metadata.extend(changed);
    }
    whole.insert("metadata".to_owned(), metadata.into());
    if let Value::Object(fields) = patch {
        whole.extend(fields.into_iter().filter(|(key, _)| key != "metadata"));
    }
    Some(whole.into())
}

/// A patch that takes the object out.
pub fn removal(object: &Value) -> Value {
    let mut patch = between(&Value::Null, object).unwrap_or_default();
    if let Value::Object(fields) = &mut patch {
        fields.retain(|key, _| matches!(key.as_str(), "apiVersion" | "kind" | "metadata"));
        let name = |key: &str| object.pointer(&format!("/metadata/{key}")).cloned().unwrap_or_default();
        fields.insert("metadata".to_owned(), json!({ "name": name("name"), "namespace": name("namespace") }));
        fields.insert("$patch".to_owned(), "delete".into());
    }
    patch
}

fn diff(from: &Value, to: &Value) -> Option<Value> {
    match (from, to) {
        _ if from == to => None,
        (Value::Object(old), Value::Object(new)) => Some(diff_fields(old, new).into()),
        _ => Some(to.clone()),
    }
}

fn diff_fields(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, value) in new {
        let change = match (old.get(key), value) {
            (Some(Value::Array(old)), Value::Array(new)) if BY_NAME.contains(&key.as_str()) => diff_named(old, new),
            (Some(old @ Value::Array(_)), Value::Array(new)) if BY_OTHER_KEYS.contains(&key.as_str()) => {
                let whole = || std::iter::once(json!({ "$patch": "replace" })).chain(new.iter().cloned()).collect();
                (old != value).then(whole)
            }
            (Some(old), new) => diff(old, new),
            (None, new) => Some(new.clone()),
        };
        if let Some(change) = change {
            patch.insert(key.clone(), change);
        }
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    patch
}

fn diff_named(old: &[Value], new: &[Value]) -> Option<Value> {
    let name = |item: &Value| item.get("name").cloned().unwrap_or_default();
    // what a patch names comes first when it is merged: with a new member the order holds only if all are named
    if new.iter().any(|item| !old.iter().any(|other| name(other) == name(item))) {
        let gone = old.iter().filter(|item| !new.iter().any(|other| name(other) == name(item)));
        return Some(
            new.iter().cloned().chain(gone.map(|item| json!({ "name": name(item), "$patch": "delete" }))).collect(),
        );
    }
    let mut patch = Vec::new();
    for item in new {
        let before = old.iter().find(|other| name(other) == name(item));
        if let Some(Value::Object(change)) = before.and_then(|other| diff(other, item)) {
            let mut named = Map::from_iter([("name".to_owned(), name(item))]);
            named.extend(change);
            patch.push(named.into());
        }
    }
    for gone in old.iter().filter(|item| !new.iter().any(|other| name(other) == name(item))) {
        patch.push(json!({ "name": name(gone), "$patch": "delete" }));
    }
    (!patch.is_empty()).then(|| patch.into())
}
