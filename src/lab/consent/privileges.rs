//! What objects may that others may not: reach the node, or the whole cluster. It looks for keys wherever they are, so that
//! parts of objects, lists and kinds that nobody knows are seen too.

use serde_json::Value;

use crate::client::kinds::Resource;

/// What is special about an object, each as the rest of a sentence about it.
pub(super) fn of(object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    keys(object, &mut found);
    found.extend(reach(object));
    found.sort();
    found.dedup();
    found
}

fn keys(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                found.extend(special(key, value));
                keys(value, found);
            }
        }
        _ => {}
    }
}

/// What a field gives, if that is much.
fn special(key: &str, value: &Value) -> Option<String> {
    let is_on = value.as_bool() == Some(true);
    match key {
        "privileged" if is_on => Some("a privileged container".to_owned()),
        "hostNetwork" | "hostPID" | "hostIPC" | "hostProcess" if is_on => Some(key.to_owned()),
        "hostPath" => {
            let path = value.get("path").and_then(Value::as_str).unwrap_or("?");
            Some(format!("hostPath {path}"))
        }
        "hostPort" if !value.is_null() => Some(format!("hostPort {value}")),
        "procMount" if value == "Unmasked" => Some("procMount Unmasked".to_owned()),
        "capabilities" => {
            let added = value.get("add").and_then(Value::as_array).filter(|added| !added.is_empty())?;
            let words: Vec<&str> = added.iter().filter_map(Value::as_str).collect();
            Some(format!("capabilities {}", words.join(", ")))
        }
        _ => None,
    }
}

/// Whether the object itself is more than one of a namespace of the lab.
fn reach(object: &Value) -> Option<String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let kind = text("/kind")?;
    let known = Resource::known(text("/apiVersion"), kind);
    match known {
        Some(known) if known.namespaced => None,
        Some(_) if kind == "Namespace" => None,
        Some(_) => Some("of the whole cluster".to_owned()),
        None => Some("of a kind that tightship does not know".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of;

    #[test]
    fn what_reaches_the_node_or_the_cluster_is_seen_wherever_it_is() {
        let pod = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "spec": {"template": {"spec": {
            "hostNetwork": true, "hostPID": false,
            "volumes": [{"hostPath": {"path": "/"}}],
            "containers": [{"securityContext": {"privileged": true, "capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]}},
                "ports": [{"hostPort": 80}]}],
        }}}});
        assert_eq!(
            of(&pod),
            ["a privileged container", "capabilities SYS_ADMIN", "hostNetwork", "hostPath /", "hostPort 80"]
        );
        let role =
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a"}});
        assert_eq!(of(&role), ["of the whole cluster"]);
        let own = json!({"apiVersion": "example.com/v1", "kind": "Thing"});
        assert_eq!(of(&own), ["of a kind that tightship does not know"]);
        let plain = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": {"containers": [
            {"securityContext": {"privileged": false, "capabilities": {"drop": ["ALL"]}}}]}}}});
        assert!(of(&plain).is_empty());
    }
}
