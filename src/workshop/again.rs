//! Beginning a lab anew in namespaces that stay: what is the attendee's is deleted, and what the lab begins with comes back.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::WorkshopError;
use super::place::GUARD;
use crate::client::apply::{self, Failure, Place};
use crate::client::kinds::Resource;
use crate::client::{Api, Method, Request};
use crate::lab::run::{self, RenderedLab};

/// How long what is deleted may take to be gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// What attendees make, those that make others first.
const KINDS: &[(&str, &str)] = &[
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "PodTemplate"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("v1", "ResourceQuota"),
    ("v1", "LimitRange"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("v1", "ServiceAccount"),
];

/// The `ConfigMap` that the cluster puts into every namespace.
const ROOT: &str = "kube-root-ca.crt";

/// Begins a lab of an attendee anew, under the same names.
pub fn again(stage: &mut RenderedLab<'_>, api: &dyn Api, tell: &mut dyn FnMut(&str)) -> Result<(), WorkshopError> {
    tell("delete what is there");
    for namespace in stage.names.ns.values() {
        clear(api, namespace)?;
    }
    let end = Instant::now() + PATIENCE;
    for namespace in stage.names.ns.values() {
        while left(api, namespace)? > 0 {
            if Instant::now() >= end {
                return Err(WorkshopError::Other(format!("{namespace} is not empty after {} s", PATIENCE.as_secs())));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
    for (alias, space) in &stage.lab.namespaces {
        let Some(namespace) = stage.names.ns.get(alias.0.as_str()) else { continue };
        let wanted = |key: &str| space.labels.iter().find(|(known, _)| *known == key).map(|(_, value)| value.clone());
        label(api, namespace, &wanted)?;
    }
    Ok(run::apply_again(stage, api, tell)?)
}

/// Deletes everything in a namespace that is not the workshop's.
pub fn clear(api: &dyn Api, namespace: &str) -> Result<(), WorkshopError> {
    for place in theirs(api, namespace)? {
        match apply::delete(api, &place) {
            Ok(_) => {}
            Err(Failure::Api(error)) => return Err(error.into()),
            Err(Failure::Refused(refusal)) => {
                let what = format!("{} {}", place.resource.kind, place.name);
                return Err(WorkshopError::Refused(format!("{what} stays: {refusal}")));
            }
        }
    }
    Ok(())
}

/// What in a namespace is not the workshop's.
fn theirs(api: &dyn Api, namespace: &str) -> Result<Vec<Place>, WorkshopError> {
    let resources = KINDS.iter().filter_map(|(version, kind)| Resource::known(Some(version), kind));
    let wanted: Vec<(Resource, Option<&str>)> = resources.map(|resource| (resource, Some(namespace))).collect();
    let mut all = Vec::new();
    for ((resource, _), answer) in wanted.iter().zip(apply::list_all(api, &wanted)) {
        for object in answer? {
            let is_ours = object.pointer("/metadata/labels").is_some_and(|labels| labels.get(GUARD).is_some());
            let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            if !is_ours && name != ROOT {
                let namespace = Some(namespace.to_owned());
                all.push(Place { resource: resource.clone(), namespace, name: name.to_owned() });
            }
        }
    }
    Ok(all)
}

/// How much is left that runs, or that keeps its name.
fn left(api: &dyn Api, namespace: &str) -> Result<usize, WorkshopError> {
    let left = theirs(api, namespace)?;
    // the default account is made again at once
    Ok(left.iter().filter(|place| place.resource.kind != "ServiceAccount").count())
}

/// Gives a namespace the labels of Pod Security that its lab has, and no others.
fn label(api: &dyn Api, namespace: &str, wanted: &dyn Fn(&str) -> Option<String>) -> Result<(), WorkshopError> {
    let modes = ["enforce", "enforce-version", "audit", "audit-version", "warn", "warn-version"];
    let labels: serde_json::Map<String, Value> = modes
        .iter()
        .map(|mode| format!("pod-security.kubernetes.io/{mode}"))
        .map(|key| {
            let value = wanted(&key).map_or(Value::Null, Value::from);
            (key, value)
        })
        .collect();
    let request = Request::new(Method::Patch, format!("/api/v1/namespaces/{namespace}"));
    let request =
        Request { content: "application/merge-patch+json", ..request.with(json!({"metadata": {"labels": labels}})) };
    let response = api.request(&request)?;
    if response.is_success() { Ok(()) } else { Err(WorkshopError::Refused(response.message())) }
}
