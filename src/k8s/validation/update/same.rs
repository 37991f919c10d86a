//! Whether two parts of objects are the same to the API server: it compares what it stores, with the defaults filled in and amounts
//! in one form.
//!
//! Defaults are known by the name of their field (`pkg/apis/core/v1/defaults.go`). What is empty counts as absent.

use serde_json::{Map, Value};

use crate::k8s::image::ImageRef;
use crate::k8s::quantity::Quantity;
use crate::k8s::validation::At;

/// A step towards what differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Member(usize),
}

/// Mappings whose keys are the user's own, and whose values are texts.
const OWN_KEYS: [&str; 6] = ["labels", "annotations", "matchLabels", "nodeSelector", "parameters", "volumeAttributes"];

/// Mappings of amounts.
const AMOUNTS: [&str; 4] = ["requests", "limits", "capacity", "hard"];

/// Fields that are `false` where they are absent.
const FALSE: [&str; 7] = ["hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly"];

/// Texts that a field has where it is absent.
const TEXTS: [(&str, &str); 15] = [
    ("dnsPolicy", "ClusterFirst"),
    ("schedulerName", "default-scheduler"),
    ("restartPolicy", "Always"),
    ("terminationMessagePath", "/dev/termination-log"),
    ("terminationMessagePolicy", "File"),
    ("protocol", "TCP"),
    ("scheme", "HTTP"),
    ("path", "/"),
    ("volumeMode", "Filesystem"),
    ("iscsiInterface", "default"),
    ("cachingMode", "ReadWrite"),
    ("keyring", "/etc/ceph/keyring"),
    ("pool", "rbd"),
    ("allocationMode", "ExactCount"),
    // of a failure policy's `onPodConditions`
    ("status", "True"),
];

/// Numbers that a field has where it is absent.
const NUMBERS: [(&str, i64); 8] = [
    ("terminationGracePeriodSeconds", 30),
    ("timeoutSeconds", 1),
    ("periodSeconds", 10),
    ("successThreshold", 1),
    ("failureThreshold", 3),
    ("defaultMode", 420),
    ("expirationSeconds", 3600),
    // of devices
    ("count", 1),
];

/// The group of the roles that a binding names, whether it says so or not.
const RBAC: &str = "rbac.authorization.k8s.io";

/// A value as the API server compares it; null for what counts as absent, and for what it does not read.
pub(super) fn plain(at: At<'_, '_>) -> Value {
    normal(at.name(), at.node.to_json().unwrap_or_default())
}

/// The same of a value under a key.
fn normal(key: &str, value: Value) -> Value {
    match value {
        Value::Object(fields) if OWN_KEYS.contains(&key) => none_if(fields.is_empty(), Value::Object(fields)),
        Value::Object(fields) => {
            let mut fields: Map<String, Value> = fields
                .into_iter()
                .map(|(name, value)| {
                    let value = if AMOUNTS.contains(&key) { amount(value) } else { normal(&name, value) };
                    (name, value)
                })
                .filter(|(_, value)| !value.is_null())
                .collect();
            derive(&mut fields);
            for (place, name, default) in [("fieldRef", "apiVersion", "v1"), ("roleRef", "apiGroup", RBAC)] {
                if key == place && fields.get(name).and_then(Value::as_str) == Some(default) {
                    fields.remove(name);
                }
            }
            none_if(fields.is_empty(), Value::Object(fields))
        }
        Value::Array(items) => {
            // a member that is empty is a member
            let items: Vec<Value> = items.into_iter().map(|item| normal("", item)).collect();
            none_if(items.is_empty(), Value::Array(items))
        }
        Value::String(text) if key == "sizeLimit" || key == "divisor" => amount(Value::String(text)),
        Value::String(text) => none_if(text.is_empty() || TEXTS.contains(&(key, &text)), Value::String(text)),
        Value::Bool(word) => none_if(!word && FALSE.contains(&key), Value::Bool(word)),
        Value::Number(number) => {
            let is_default = number.as_i64().is_some_and(|number| NUMBERS.contains(&(key, number)));
            none_if(is_default, Value::Number(number))
        }
        Value::Null => Value::Null,
    }
}

fn none_if(is_absent: bool, value: Value) -> Value {
    if is_absent { Value::Null } else { value }
}

/// An amount in one form.
fn amount(value: Value) -> Value {
    let text = match &value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return value,
    };
    Quantity::parse(text.trim()).map_or(value, |quantity| Value::String(format!("{}m", quantity.millis())))
}

/// Defaults that come from another field beside: the older name of an account, when an image is pulled.
fn derive(fields: &mut Map<String, Value>) {
    if let Some(account) = fields.remove("serviceAccount")
        && fields.contains_key("containers")
    {
        fields.entry("serviceAccountName").or_insert(account);
    }
    let image = fields.get("image").or_else(|| fields.get("reference")).and_then(Value::as_str);
    let policy = if image
        .and_then(|image| ImageRef::parse(image).ok())
        .is_some_and(|image| image.is_latest() || image.tag().is_none() && !image.is_pinned())
    {
        "Always"
    } else {
        "IfNotPresent"
    };
    for name in ["imagePullPolicy", "pullPolicy"] {
        if fields.get(name).and_then(Value::as_str) == Some(policy) {
            fields.remove(name);
        }
    }
    if fields.get("hostNetwork") == Some(&Value::Bool(true)) {
        for name in ["containers", "initContainers"] {
            let containers = fields.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten();
            let ports = containers.filter_map(|it| it.get_mut("ports")?.as_array_mut()).flatten();
            for port in ports.filter_map(Value::as_object_mut) {
                if port.get("hostPort") == port.get("containerPort") {
                    port.remove("hostPort");
                }
            }
        }
    }
}

/// The way to what differs between two values, as far as the second one has it.
pub(super) fn difference(old: &Value, new: &Value) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut old, mut new) = (old, new);
    loop {
        let step = match (old, new) {
            (Value::Object(before), Value::Object(after)) => after
                .iter()
                .find(|(key, value)| before.get(*key) != Some(value))
                .map(|(key, value)| (Step::Key(key.clone()), before.get(key), value)),
            (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
                let mut pairs = before.iter().zip(after).enumerate();
                pairs.find(|(_, (a, b))| a != b).map(|(index, (a, b))| (Step::Member(index), Some(a), b))
            }
            _ => None,
        };
        let Some((step, before, after)) = step else { return steps };
        steps.push(step);
        let Some(before) = before else { return steps };
        (old, new) = (before, after);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Step, difference, normal};

    #[test]
    fn defaults_and_forms_of_amounts_make_no_difference() {
        let one = json!({
            "containers": [{"name": "a", "image": "a:1.0", "imagePullPolicy": "IfNotPresent", "tty": false,
                "ports": [{"containerPort": 80, "protocol": "TCP"}], "resources": {"limits": {"cpu": "1000m"}}}],
            "restartPolicy": "Always", "serviceAccount": "a", "volumes": [], "securityContext": {},
        });
        let other = json!({
            "containers": [{"name": "a", "image": "a:1.0", "ports": [{"containerPort": 80}],
                "resources": {"limits": {"cpu": 1}}}],
            "serviceAccountName": "a",
        });
        assert_eq!(normal("spec", one), normal("spec", other));
        let latest = |policy: &str| normal("", json!({"name": "a", "image": "a", "imagePullPolicy": policy}));
        assert_eq!(latest("Always"), json!({"name": "a", "image": "a"}));
        assert_ne!(latest("IfNotPresent"), latest("Always"));
        assert_eq!(normal("labels", json!({"restartPolicy": "Always"})), json!({"restartPolicy": "Always"}));
        assert_eq!(normal("spec", json!({"a": [], "b": {"c": ""}})), Value::Null);
    }

    #[test]
    fn a_difference_is_followed_as_far_as_the_new_value_goes() {
        let (old, new) = (json!({"a": [{"b": 1}, {"b": 2}]}), json!({"a": [{"b": 1}, {"b": 3}]}));
        let steps = [Step::Key("a".into()), Step::Member(1), Step::Key("b".into())];
        assert_eq!(difference(&old, &new), steps);
        assert_eq!(difference(&old, &json!({"a": [{"b": 1}]})), [Step::Key("a".into())]);
        assert_eq!(difference(&old, &json!({})), []);
    }
}
