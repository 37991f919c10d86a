//! Places within objects: reading, changing, and what differs between two.

use serde_json::{Map, Value, json};

pub(super) use crate::k8s::json::{items, text};
use crate::lab::lint::state;

/// The pod spec of a workload, and the JSON pointer to it.
pub(super) fn pod_spec(object: &Value) -> Option<(&'static str, &Value)> {
    let pointer = match text(object, "/kind") {
        "Pod" => "/spec",
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicaSet" => "/spec/template/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => return None,
    };
    Some((pointer, object.pointer(pointer)?))
}

/// An object without what the API server writes into it.
pub(super) fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    state::strip_server_fields(&mut object);
    object
}

/// A copy with something else at a place, whose parents are made if they are missing.
pub(super) fn with(object: &Value, path: &[&str], value: Value) -> Value {
    let steps: Vec<Step> = path.iter().map(|key| Step::Key((*key).to_owned())).collect();
    let mut object = object.clone();
    put(&mut object, &steps, Some(value));
    object
}

/// A copy without what is at a place.
pub(super) fn without(object: &Value, path: &[&str]) -> Value {
    let steps: Vec<Step> = path.iter().map(|key| Step::Key((*key).to_owned())).collect();
    let mut object = object.clone();
    put(&mut object, &steps, None);
    object
}

/// A copy with one more member in the list at a JSON pointer; the list is made if its parent is there.
pub(super) fn with_member(object: &Value, pointer: &str, member: Value) -> Option<Value> {
    let mut object = object.clone();
    let (parent, key) = pointer.rsplit_once('/')?;
    let parent = object.pointer_mut(parent)?.as_object_mut()?;
    parent.entry(key).or_insert_with(|| json!([])).as_array_mut()?.push(member);
    Some(object)
}

/// A copy with something else at a JSON pointer, whose parent must be there.
pub(super) fn with_at(object: &Value, pointer: &str, value: Value) -> Option<Value> {
    let mut object = object.clone();
    let (parent, key) = pointer.rsplit_once('/')?;
    match object.pointer_mut(parent)? {
        Value::Object(fields) => drop(fields.insert(key.to_owned(), value)),
        Value::Array(members) => *members.get_mut(key.parse::<usize>().ok()?)? = value,
        _ => return None,
    }
    Some(object)
}

/// A copy without what is at a JSON pointer.
pub(super) fn without_at(object: &Value, pointer: &str) -> Option<Value> {
    let mut object = object.clone();
    let (parent, key) = pointer.rsplit_once('/')?;
    match object.pointer_mut(parent)? {
        Value::Object(fields) => drop(fields.remove(key)?),
        Value::Array(members) => {
            let at = key.parse::<usize>().ok().filter(|at| *at < members.len())?;
            members.remove(at);
        }
        _ => return None,
    }
    Some(object)
}

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Member(usize),
}

/// A place where two objects differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hunk {
    pub(super) path: Vec<Step>,
    /// The place, as people read it.
    pub(super) shown: String,
    /// What was there before.
    pub(super) before: Option<Value>,
}

impl Hunk {
    /// The later object with what was there before.
    pub(super) fn undone(&self, after: &Value) -> Value {
        let mut object = after.clone();
        put(&mut object, &self.path, self.before.clone());
        object
    }
}

fn put(object: &mut Value, path: &[Step], value: Option<Value>) {
    let Some((first, rest)) = path.split_first() else {
        *object = value.unwrap_or_default();
        return;
    };
    match (first, object) {
        (Step::Key(key), object) => {
            if !object.is_object() {
                *object = Value::Object(Map::new());
            }
            let Some(fields) = object.as_object_mut() else { return };
            if rest.is_empty() && value.is_none() {
                fields.remove(key);
            } else {
                put(fields.entry(key.clone()).or_insert(Value::Null), rest, value);
            }
        }
        (Step::Member(at), Value::Array(members)) => {
            if rest.is_empty() && value.is_none() {
                if *at < members.len() {
                    members.remove(*at);
                }
            } else if let Some(member) = members.get_mut(*at) {
                put(member, rest, value);
            }
        }
        (Step::Member(_), _) => {}
    }
}

/// Where an object differs from what it was, as finely as each difference can be undone alone.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    walk(Some(before), after, &mut Vec::new(), "", &mut hunks);
    hunks
}

fn walk(before: Option<&Value>, after: &Value, path: &mut Vec<Step>, shown: &str, hunks: &mut Vec<Hunk>) {
    if before == Some(after) {
        return;
    }
    let whole = |path: &[Step], before: Option<Value>| Hunk { path: path.to_vec(), shown: shown.to_owned(), before };
    match (before, after) {
        (None | Some(Value::Object(_)), Value::Object(fields)) if !fields.is_empty() => {
            let old = before.and_then(Value::as_object);
            for (key, value) in fields {
                path.push(Step::Key(key.clone()));
                walk(old.and_then(|old| old.get(key)), value, path, &join(shown, key), hunks);
                path.pop();
            }
            for (key, value) in old.into_iter().flatten().filter(|(key, _)| !fields.contains_key(*key)) {
                let path = path.iter().cloned().chain([Step::Key(key.clone())]).collect();
                hunks.push(Hunk { path, shown: join(shown, key), before: Some(value.clone()) });
            }
        }
        (Some(Value::Array(old)), Value::Array(new)) if is_keyed(old) && is_keyed(new) => {
            members(old, new, path, shown, hunks);
        }
        _ => hunks.push(whole(path, before.cloned())),
    }
}

/// Lists whose members have names: each member is compared with that of its name.
fn members(old: &[Value], new: &[Value], path: &mut Vec<Step>, shown: &str, hunks: &mut Vec<Hunk>) {
    let of = |list: &'_ [Value], name: &str| list.iter().find(|member| key(member) == Some(name)).cloned();
    for (at, member) in new.iter().enumerate() {
        let name = key(member).unwrap_or_default();
        path.push(Step::Member(at));
        match of(old, name) {
            Some(old) => walk(Some(&old), member, path, &join(shown, name), hunks),
            None => hunks.push(Hunk { path: path.clone(), shown: join(shown, name), before: None }),
        }
        path.pop();
    }
    for gone in old.iter().filter(|member| of(new, key(member).unwrap_or_default()).is_none()) {
        let all = new.iter().cloned().chain([gone.clone()]).collect();
        let shown = join(shown, key(gone).unwrap_or_default());
        hunks.push(Hunk { path: path.clone(), shown, before: Some(Value::Array(all)) });
    }
}

fn key(member: &Value) -> Option<&str> {
    member.get("name").or_else(|| member.get("mountPath"))?.as_str()
}

fn is_keyed(list: &[Value]) -> bool {
    list.iter().all(|member| key(member).is_some())
}

fn join(shown: &str, key: &str) -> String {
    if shown.is_empty() { key.to_owned() } else { format!("{shown}.{key}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{differences, with, with_at, with_member, without, without_at};

    #[test]
    fn each_difference_can_be_undone_alone() {
        let before = json!({"spec": {"containers": [{"name": "a", "image": "i"}, {"name": "old"}], "x": 1}});
        let after = json!({"spec": {"containers": [{"name": "new"},
            {"name": "a", "image": "i", "securityContext": {"runAsUser": 1, "drop": ["ALL"]}}]}});
        let hunks = differences(&before, &after);
        let shown: Vec<&str> = hunks.iter().map(|hunk| hunk.shown.as_str()).collect();
        assert_eq!(
            shown,
            [
                "spec.containers.new",
                "spec.containers.a.securityContext.runAsUser",
                "spec.containers.a.securityContext.drop",
                "spec.containers.old",
                "spec.x"
            ]
        );
        let undone: Vec<_> = hunks.iter().map(|hunk| hunk.undone(&after)).collect();
        assert_eq!(undone[0].pointer("/spec/containers/0/name"), Some(&json!("a")));
        assert_eq!(undone[1].pointer("/spec/containers/1/securityContext"), Some(&json!({"drop": ["ALL"]})));
        assert_eq!(undone[3].pointer("/spec/containers/2/name"), Some(&json!("old")));
        assert_eq!(undone[4].pointer("/spec/x"), Some(&json!(1)));
        assert!(differences(&after, &after).is_empty());
    }

    #[test]
    fn lists_without_names_are_one_thing() {
        let (before, after) = (json!({"verbs": ["*"]}), json!({"verbs": ["get", "list"]}));
        let hunks = differences(&before, &after);
        assert_eq!((hunks.len(), hunks[0].undone(&after)), (1, before));
    }

    #[test]
    fn places_are_changed_in_a_copy() {
        let object = json!({"spec": {"list": [1, 2]}});
        assert_eq!(with(&object, &["metadata", "name"], json!("a")).pointer("/metadata/name"), Some(&json!("a")));
        assert_eq!(without(&object, &["spec", "list"]), json!({"spec": {}}));
        assert_eq!(with_member(&object, "/spec/list", json!(3)), Some(json!({"spec": {"list": [1, 2, 3]}})));
        assert_eq!(with_member(&object, "/spec/more", json!(3)).unwrap().pointer("/spec/more/0"), Some(&json!(3)));
        assert_eq!(with_member(&object, "/none/more", json!(3)), None);
        assert_eq!(with_at(&object, "/spec/list/1", json!(0)), Some(json!({"spec": {"list": [1, 0]}})));
        assert_eq!(without_at(&object, "/spec/list/0"), Some(json!({"spec": {"list": [2]}})));
        assert_eq!(without_at(&object, "/spec/list/7"), None);
    }
}
