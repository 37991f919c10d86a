//! Namespaces: their Pod Security labels, quotas and limits.

mod default_namespace;
mod invalid_pod_security_label;
mod no_pod_security_level;
mod no_pod_security_warning;
mod no_quota;
mod quota_without_defaults;
mod system_namespace;
mod unpinned_pod_security_version;
mod weak_pod_security_level;

use super::rule::Rule;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::k8s::pod_security::labels;
use crate::yaml::Span;

/// Its rules.
pub(super) const RULES: &[&Rule] = &[
    &no_pod_security_level::RULE,
    &weak_pod_security_level::RULE,
    &invalid_pod_security_label::RULE,
    &unpinned_pod_security_version::RULE,
    &no_pod_security_warning::RULE,
    &default_namespace::RULE,
    &system_namespace::RULE,
    &no_quota::RULE,
    &quota_without_defaults::RULE,
];

/// The namespaces that Kubernetes makes for itself.
pub(super) const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// A label of an object.
fn label<'d, 's>(object: &Object<'d, 's>, key: &str) -> Option<Field<'d, 's>> {
    Field::of(object.metadata?.get("labels")?, key)
}

/// The label of a namespace that says which level is enforced, where it is there.
fn enforced<'d, 's>(namespace: &Object<'d, 's>) -> Option<Field<'d, 's>> {
    label(namespace, labels::ENFORCE)
}

/// Where to point for a label that an object lacks: the key `labels`, or the object's name, or its first line.
fn labels_place(object: &Object<'_, '_>) -> Span {
    let Some(metadata) = object.metadata else { return crate::k8s::pod::head(object.root) };
    let field = Field::of(metadata, "labels").map(|labels| labels.key.span());
    field.or_else(|| Field::of(metadata, "name").map(Field::span)).unwrap_or_else(|| crate::k8s::pod::head(metadata))
}

/// Whether an object makes or holds what an app consists of.
fn is_of_an_app(kind: Kind) -> bool {
    kind.pod_path().is_some()
        || matches!(kind, Kind::Service | Kind::ConfigMap | Kind::Secret | Kind::Ingress | Kind::HttpRoute)
}
