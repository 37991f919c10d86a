//! Ending a workshop: first what would keep namespaces from going, then everything, and last what is left all the same.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::error::WorkshopError;
use super::place::WORKSHOP;
use super::roster::Workshop;
use crate::client::apply::{self, Place};
use crate::client::kinds::Resource;
use crate::client::{Api, Request};
use crate::k8s::object::Kind;

/// The kinds of a workshop's objects that are in no namespace of an attendee, in the order in which they go: the guard last.
const KINDS: &[Kind] = &[
    Kind::ClusterRoleBinding,
    Kind::RoleBinding,
    Kind::Role,
    Kind::Secret,
    Kind::Namespace,
    Kind::ValidatingAdmissionPolicyBinding,
    Kind::ValidatingAdmissionPolicy,
    Kind::ClusterRole,
];
/// How often is looked.
const LOOK: Duration = Duration::from_millis(500);

/// What would keep every namespace of the cluster from being deleted: parts of the API whose server does not answer.
pub fn blockers(api: &dyn Api) -> Result<Vec<String>, WorkshopError> {
    let response = api.request(&Request::get("/apis/apiregistration.k8s.io/v1/apiservices"))?;
    if !response.is_success() {
        return Ok(Vec::new());
    }
    let list = response.json()?;
    let items = list.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(items.iter().filter_map(unavailable).collect())
}

fn unavailable(service: &Value) -> Option<String> {
    let name = service.pointer("/metadata/name").and_then(Value::as_str)?;
    let conditions = service.pointer("/status/conditions").and_then(Value::as_array)?;
    let is = |condition: &&Value, key: &str, word: &str| condition.get(key).and_then(Value::as_str) == Some(word);
    let condition = conditions.iter().find(|one| is(one, "type", "Available") && is(one, "status", "False"))?;
    let why = condition.get("message").and_then(Value::as_str).unwrap_or("it is not available");
    Some(format!("APIService {name}: {why}"))
}

/// Deletes all objects of a workshop, and waits until they are gone. Gives what is left when the time is up, and why.
pub fn down(
    api: &dyn Api,
    workshop: &Workshop,
    limit: Duration,
    tell: &mut dyn FnMut(&str),
) -> Result<Vec<String>, WorkshopError> {
    let end = Instant::now() + limit;
    for kind in KINDS {
        let Some(resource) = Resource::of(*kind) else { continue };
        let found = ours(api, &resource, workshop)?;
        if !found.is_empty() {
            tell(&format!("delete {} {}", found.len(), resource.plural));
        }
        for place in found.iter().filter_map(|object| place(&resource, object)) {
            apply::delete(api, &place)?;
        }
        // what guards a namespace stays as long as the namespace
        while *kind == Kind::Namespace && !ours(api, &resource, workshop)?.is_empty() {
            if Instant::now() >= end {
                return survivors(api, workshop);
            }
            thread::sleep(LOOK);
        }
    }
    survivors(api, workshop)
}

/// What is still there.
fn survivors(api: &dyn Api, workshop: &Workshop) -> Result<Vec<String>, WorkshopError> {
    let mut left = Vec::new();
    for resource in KINDS.iter().filter_map(|kind| Resource::of(*kind)) {
        left.extend(ours(api, &resource, workshop)?.iter().map(|object| survivor(&resource, object)));
    }
    Ok(left)
}

fn ours(api: &dyn Api, resource: &Resource, workshop: &Workshop) -> Result<Vec<Value>, WorkshopError> {
    Ok(apply::list(api, resource, None, Some(&format!("{WORKSHOP}={}", workshop.id)))?)
}

fn place(resource: &Resource, object: &Value) -> Option<Place> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    Some(Place { resource: resource.clone(), namespace: text("/metadata/namespace"), name: text("/metadata/name")? })
}

/// An object that is still there, with what it says of why.
fn survivor(resource: &Resource, object: &Value) -> String {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let said = conditions.into_iter().flatten().filter(|one| one.get("status").and_then(Value::as_str) == Some("True"));
    let why: Vec<&str> = said.filter_map(|one| one.get("message").and_then(Value::as_str)).collect();
    format!("{} {name}{}{}", resource.kind, if why.is_empty() { "" } else { ": " }, why.join("; "))
}
