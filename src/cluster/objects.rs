//! Objects of a cluster, as kubectl in one of its nodes prints them.

use serde_json::Value;

use super::{ClusterError, containers};

/// What kubectl in the node prints as JSON.
pub(super) fn json(control: &str, args: &[&str]) -> Result<Value, ClusterError> {
    let text = containers::kubectl(control, &[args, &["--output=json"]].concat())?;
    serde_json::from_str(&text).map_err(|error| ClusterError::Unreadable {
        command: format!("kubectl {}", args.join(" ")),
        reason: error.to_string(),
    })
}

/// The items of a list.
pub(super) fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list_at(list, "/items")
}

/// The name of an object.
pub(super) fn name(object: &Value) -> Option<&str> {
    text(object, "/metadata/name")
}

/// A text in an object, by its JSON pointer.
pub(super) fn text<'v>(object: &'v Value, path: &str) -> Option<&'v str> {
    object.pointer(path).and_then(Value::as_str)
}

/// A list in an object, by its JSON pointer; empty if there is none.
pub(super) fn list_at<'v>(object: &'v Value, path: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    object.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

/// Whether a condition of an object is true.
pub(super) fn has_condition(object: &Value, condition: &str) -> bool {
    let is = |it: &Value| text(it, "/type") == Some(condition) && text(it, "/status") == Some("True");
    list_at(object, "/status/conditions").any(is)
}
