//! What a run has in the cluster, so that it can be compared, changed, and put back.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{bare, text};
use crate::client::kinds::Resource;
use crate::client::{Api, apply};
use crate::k8s::object::Kind;
use crate::lab::check_context::Names;
use crate::lab::lint::state::{self, COMPARED};
use crate::lab::run::{LABEL, RunError};

/// Objects by what they are called: `Role shop/support`.
pub(super) type Objects = BTreeMap<String, Value>;

/// The kinds in a namespace, beside those that are compared between two runs.
const MORE: &[Kind] = &[Kind::Pod, Kind::Ingress];

/// The kinds outside of namespaces.
const OUTSIDE: &[Kind] = &[
    Kind::ClusterRole,
    Kind::ClusterRoleBinding,
    Kind::ValidatingAdmissionPolicy,
    Kind::ValidatingAdmissionPolicyBinding,
];

/// What an object is called; namespaces by their aliases.
pub(super) fn name(object: &Value, names: &Names) -> String {
    let (kind, own) = (text(object, "/kind"), text(object, "/metadata/name"));
    let namespace = text(object, "/metadata/namespace");
    let shown = if namespace.is_empty() { format!("{kind} {own}") } else { format!("{kind} {namespace}/{own}") };
    neutral(&shown, names)
}

/// A text without what differs between runs.
pub(super) fn neutral(shown: &str, names: &Names) -> String {
    state::neutral(shown, names, str::to_owned)
}

/// All that people have made in a run.
pub(super) fn take(api: &dyn Api, names: &Names) -> Result<Objects, RunError> {
    let mut found = Objects::new();
    let mut add = |object: Value| {
        if !is_the_clusters(&object) {
            found.insert(name(&object, names), bare(&object));
        }
    };
    for namespace in names.ns.values() {
        for kind in COMPARED.iter().chain(MORE) {
            let Some(resource) = Resource::of(*kind) else { continue };
            apply::list(api, &resource, Some(namespace), None)?.into_iter().for_each(&mut add);
        }
    }
    let selector = format!("{LABEL}={}", names.run);
    for kind in OUTSIDE.iter().chain([&Kind::Namespace]) {
        let Some(resource) = Resource::of(*kind) else { continue };
        apply::list(api, &resource, None, Some(&selector))?.into_iter().for_each(&mut add);
    }
    Ok(found)
}

/// What controllers make, and what is in every namespace.
fn is_the_clusters(object: &Value) -> bool {
    let owners = object.pointer("/metadata/ownerReferences").is_some();
    let going = object.pointer("/metadata/deletionTimestamp").is_some();
    owners || going || text(object, "/metadata/name") == "kube-root-ca.crt"
}
