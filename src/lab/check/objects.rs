//! Objects of the cluster, as checks want them. What is missing is a verdict, which `Err` carries.

use serde_json::Value;

use crate::client::kinds::Resource;
use crate::client::url;
use crate::client::{Request, Response};
pub(super) use crate::k8s::json::{items, text};
use crate::lab::check_context::CheckContext;
use crate::lab::probe_pods;
use crate::lab::verdict::CheckResult;

/// The number at a place; 0 if there is none.
pub(super) fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

/// Whether somebody has deleted it, and it is only still there.
pub(super) fn is_going(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

/// The condition of that type, with its `status`, `reason` and `message`.
pub(super) fn condition<'v>(object: &'v Value, kind: &str) -> Option<&'v Value> {
    items(object, "/status/conditions").iter().find(|condition| text(condition, "/type") == kind)
}

/// The pod spec within an object of any kind that has one.
pub(super) fn pod_spec(object: &Value) -> Option<&Value> {
    object.pointer(match text(object, "/kind") {
        "Pod" => "/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    })
}

/// The real name of a namespace of the lab.
pub(super) fn namespace<'s>(context: &'s CheckContext<'_>, alias: &str) -> Result<&'s str, CheckResult> {
    context.namespace(alias).ok_or_else(|| CheckResult::error(format!("the lab has no namespace `{alias}`")))
}

/// That a namespace is there: without it, nothing in it would prove nothing.
pub(super) fn require_namespace(context: &CheckContext<'_>, name: &str) -> Result<(), CheckResult> {
    match get(context, &format!("/api/v1/namespaces/{}", url::segment(name)))? {
        Some(found) if !is_going(&found) => Ok(()),
        Some(_) => Err(CheckResult::nothing(format!("the namespace {name} is being deleted"))),
        None => Err(CheckResult::nothing(format!("there is no namespace {name}"))),
    }
}

/// Where the objects of a kind are.
pub(super) fn kind(context: &CheckContext<'_>, api_version: Option<&str>, kind: &str) -> Result<Resource, CheckResult> {
    let found = match (Resource::known(api_version, kind), api_version) {
        (None, Some(api_version)) => Resource::find(context.api, api_version, kind)?,
        (found, _) => found,
    };
    let of = api_version.map(|version| format!(" {version}")).unwrap_or_default();
    found.ok_or_else(|| CheckResult::error(format!("the cluster has no{of} {kind}")))
}

/// What is at a path; none if there is nothing.
pub(super) fn get(context: &CheckContext<'_>, path: &str) -> Result<Option<Value>, CheckResult> {
    found(path, &context.api.request(&Request::get(path))?)
}

/// What is at a path by the answer of the API server; none if there is nothing.
pub(super) fn found(path: &str, response: &Response) -> Result<Option<Value>, CheckResult> {
    match response.status {
        404 => Ok(None),
        _ if response.is_success() => Ok(Some(response.json()?)),
        status => Err(CheckResult::error(format!("the API server answers {status} to {path}: {}", response.message()))),
    }
}

/// One object; none if there is none.
pub(super) fn object(
    context: &CheckContext<'_>,
    kind: &Resource,
    namespace: Option<&str>,
    name: &str,
) -> Result<Option<Value>, CheckResult> {
    get(context, &kind.object(namespace, name))
}

/// The objects of a kind, each with the kind and version that lists leave out. Pods of ours are none of the lab's.
pub(super) fn list(
    context: &CheckContext<'_>,
    kind: &Resource,
    namespace: Option<&str>,
    selector: Option<&str>,
) -> Result<Vec<Value>, CheckResult> {
    let path = kind.path(namespace);
    let path = selector.map_or_else(|| path.clone(), |selector| url::query(&path, &[("labelSelector", selector)]));
    members(kind, &path, &context.api.request(&Request::get(&path))?)
}

/// The objects of a kind by the answer of the API server to a path.
pub(super) fn members(kind: &Resource, path: &str, response: &Response) -> Result<Vec<Value>, CheckResult> {
    let found = found(path, response)?;
    let found = found.ok_or_else(|| CheckResult::error(format!("the API server knows no {path}")))?;
    let with_kind = |item: &Value| {
        let own = item.as_object().into_iter().flatten();
        let mut object = serde_json::Map::new();
        object.insert("apiVersion".to_owned(), Value::from(kind.api_version.as_str()));
        object.insert("kind".to_owned(), Value::from(kind.kind.as_str()));
        object.extend(own.map(|(key, value)| (key.clone(), value.clone())));
        Value::Object(object)
    };
    let is_ours = |item: &&Value| kind.kind == "Pod" && probe_pods::is_one(item);
    Ok(items(&found, "/items").iter().filter(|item| !is_ours(item)).map(with_kind).collect())
}

/// How people call an object: `Deployment page`.
pub(super) fn call(object: &Value) -> String {
    format!("{} {}", text(object, "/kind"), text(object, "/metadata/name"))
}
