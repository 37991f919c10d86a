//! What the rules see of namespaces: the objects that a person has made there, and what gives rights in them.

use serde_json::Value;

use super::objects::{self, items, text};
use crate::client::Request;
use crate::client::kinds::Resource;
use crate::k8s::object::Kind;
use crate::lab::check_context::CheckContext;
use crate::lab::verdict::CheckResult;

/// The kinds that rules look into. Secrets are left where they are.
const KINDS: &[Kind] = &[
    Kind::ConfigMap,
    Kind::LimitRange,
    Kind::Pod,
    Kind::ResourceQuota,
    Kind::Service,
    Kind::ServiceAccount,
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::StatefulSet,
    Kind::CronJob,
    Kind::Job,
    Kind::Ingress,
    Kind::NetworkPolicy,
    Kind::Role,
    Kind::RoleBinding,
];

/// The label of the roles and bindings that every cluster has.
const DEFAULT: &str = "/metadata/labels/kubernetes.io~1bootstrapping";

/// The objects of these namespaces, the namespaces among them.
pub(super) fn objects(namespaces: &[&str], context: &CheckContext<'_>) -> Result<Vec<Value>, CheckResult> {
    let mut found = Vec::new();
    for namespace in namespaces {
        found.append(&mut of_namespace(namespace, context)?);
    }
    found.retain(|object| !objects::is_going(object) && !is_the_clusters(object));
    let rights = rights(namespaces, &found, context)?;
    found.extend(rights);
    Ok(found)
}

/// The objects of a namespace, itself among them.
fn of_namespace(namespace: &str, context: &CheckContext<'_>) -> Result<Vec<Value>, CheckResult> {
    let own = resource(Kind::Namespace)?.object(None, namespace);
    let kinds = KINDS.iter().map(|kind| resource(*kind)).collect::<Result<Vec<_>, _>>()?;
    let paths: Vec<String> = kinds.iter().map(|kind| kind.path(Some(namespace))).collect();
    // a dozen small answers: together they take as long as the slowest
    let requests: Vec<Request> = std::iter::once(&own).chain(&paths).map(Request::get).collect();
    let mut answers = context.api.request_all(&requests).into_iter();
    let itself = answers.next().map(|answer| objects::found(&own, &answer?)).transpose()?.flatten();
    let mut found = vec![itself.ok_or_else(|| CheckResult::nothing(format!("there is no namespace {namespace}")))?];
    for ((kind, path), answer) in kinds.iter().zip(&paths).zip(answers) {
        found.append(&mut objects::members(kind, path, &answer?)?);
    }
    Ok(found)
}

/// Where the objects of a kind are.
fn resource(kind: Kind) -> Result<Resource, CheckResult> {
    Resource::of(kind).ok_or_else(|| CheckResult::error(format!("no API server has a {}", kind.name())))
}

/// What the cluster puts into each namespace.
fn is_the_clusters(object: &Value) -> bool {
    match (text(object, "/kind"), text(object, "/metadata/name")) {
        ("ConfigMap", "kube-root-ca.crt") => true,
        // one that somebody has changed has more to say than its name
        ("ServiceAccount", "default") => {
            let fields = object.as_object().into_iter().flatten();
            let mut fields = fields.map(|(key, _)| key.as_str());
            fields.all(|key| matches!(key, "apiVersion" | "kind" | "metadata"))
        }
        _ => false,
    }
}

/// The cluster's bindings for somebody of these namespaces or for everybody, and the cluster's roles that are bound.
fn rights(namespaces: &[&str], found: &[Value], context: &CheckContext<'_>) -> Result<Vec<Value>, CheckResult> {
    let mut all = objects::list(context, &resource(Kind::ClusterRoleBinding)?, None, None)?;
    all.retain(|binding| {
        let concerns = |subject| is_of(subject, namespaces);
        binding.pointer(DEFAULT).is_none() && items(binding, "/subjects").iter().any(concerns)
    });
    let roles = resource(Kind::ClusterRole)?;
    let bindings = found.iter().filter(|object| text(object, "/kind") == "RoleBinding").chain(&all);
    let bound = bindings.filter(|binding| text(binding, "/roleRef/kind") == "ClusterRole");
    let mut names: Vec<String> = bound.map(|binding| text(binding, "/roleRef/name").to_owned()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let role = objects::object(context, &roles, None, &name)?;
        all.extend(role.filter(|role| role.pointer(DEFAULT).is_none()));
    }
    Ok(all)
}

/// Whether a subject is of one of these namespaces, or of all.
fn is_of(subject: &Value, namespaces: &[&str]) -> bool {
    let name = text(subject, "/name");
    match text(subject, "/kind") {
        "ServiceAccount" => namespaces.contains(&text(subject, "/namespace")),
        "Group" => match name.strip_prefix("system:serviceaccounts:") {
            Some(namespace) => namespaces.contains(&namespace),
            None => matches!(name, "system:serviceaccounts" | "system:authenticated" | "system:unauthenticated"),
        },
        _ => {
            let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
            account.is_some_and(|(namespace, _)| namespaces.contains(&namespace))
        }
    }
}
