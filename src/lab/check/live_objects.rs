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

/// The label of the roles and bindings that every cluster has. Anybody may write it.
const DEFAULT: &str = "/metadata/labels/kubernetes.io~1bootstrapping";
/// Those of them for people, and the beginning of the names of the others.
const ROLES: [&str; 4] = ["admin", "cluster-admin", "edit", "view"];
const SYSTEM: &str = "system:";
/// Those of the bindings that are for everybody.
const BINDINGS: [&str; 5] = [
    "system:basic-user",
    "system:cluster-trust-bundle-discovery",
    "system:discovery",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
];
/// The groups of everybody.
const EVERYBODY: [&str; 3] = ["system:authenticated", "system:serviceaccounts", "system:unauthenticated"];
/// For how many seconds a pod that somebody has deleted may run on.
const GRACE: u64 = 60;

/// The objects of these namespaces, the namespaces among them.
pub(super) fn objects(namespaces: &[&str], context: &CheckContext<'_>) -> Result<Vec<Value>, CheckResult> {
    let mut found = Vec::new();
    for namespace in namespaces {
        found.append(&mut of_namespace(namespace, context)?);
    }
    found.retain(|object| !is_nearly_gone(object) && !is_the_clusters(object));
    let rights = rights(namespaces, &found, context)?;
    found.extend(rights);
    Ok(found)
}

/// The objects of a namespace, itself among them.
pub(super) fn of_namespace(namespace: &str, context: &CheckContext<'_>) -> Result<Vec<Value>, CheckResult> {
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
        ("RoleBinding", "tightship-attendee") => is_of_a_workshop(object),
        // one that somebody has changed has more to say than its name
        ("ServiceAccount", "default") => {
            let fields = object.as_object().into_iter().flatten();
            let mut fields = fields.map(|(key, _)| key.as_str());
            fields.all(|key| matches!(key, "apiVersion" | "kind" | "metadata"))
        }
        _ => false,
    }
}

/// Whether a binding is the one by which an attendee of a workshop works in the namespaces of their labs, and binds nobody else.
fn is_of_a_workshop(binding: &Value) -> bool {
    let is_attendee = |subject: &Value| {
        let (kind, name) = (text(subject, "/kind"), text(subject, "/name"));
        kind == "ServiceAccount" && name == "attendee" && text(subject, "/namespace").starts_with("ts-seat-w-")
    };
    binding.pointer("/metadata/labels/tightship~1guard").is_some()
        && text(binding, "/roleRef/name") == "tightship-workshop-attendee"
        && items(binding, "/subjects").iter().all(is_attendee)
}

/// Whether somebody has deleted it, and it will not be there for long.
fn is_nearly_gone(object: &Value) -> bool {
    objects::is_going(object) && objects::number(object, "/metadata/deletionGracePeriodSeconds") <= GRACE
}

/// What gives rights to somebody of these namespaces or to everybody, wherever it is: bindings of the cluster and of other
/// namespaces, and the roles that all bindings name.
fn rights(namespaces: &[&str], found: &[Value], context: &CheckContext<'_>) -> Result<Vec<Value>, CheckResult> {
    let kinds = [resource(Kind::ClusterRoleBinding)?, resource(Kind::RoleBinding)?];
    let paths = kinds.each_ref().map(|kind| kind.path(None));
    let answers = context.api.request_all(&paths.each_ref().map(Request::get));
    let mut all = Vec::new();
    for ((kind, path), answer) in kinds.iter().zip(&paths).zip(answers) {
        all.append(&mut objects::members(kind, path, &answer?)?);
    }
    all.retain(|binding| {
        let concerns = |subject| is_of(subject, namespaces);
        let is_elsewhere = !namespaces.contains(&text(binding, "/metadata/namespace"));
        is_elsewhere && items(binding, "/subjects").iter().any(concerns) && !is_default_binding(binding)
    });
    let bindings = found.iter().filter(|object| text(object, "/kind") == "RoleBinding").chain(&all);
    let mut bound: Vec<(&str, &str, &str)> = bindings
        .filter_map(|binding| {
            let (kind, name) = (text(binding, "/roleRef/kind"), text(binding, "/roleRef/name"));
            let namespace = if kind == "Role" { text(binding, "/metadata/namespace") } else { "" };
            // the roles of these namespaces are there already
            (!namespaces.contains(&namespace)).then_some((kind, namespace, name))
        })
        .collect();
    bound.sort_unstable();
    bound.dedup();
    let mut roles = Vec::new();
    for (kind, namespace, name) in bound {
        let kind = resource(if kind == "Role" { Kind::Role } else { Kind::ClusterRole })?;
        let namespace = Some(namespace).filter(|namespace| !namespace.is_empty());
        roles.extend(objects::object(context, &kind, namespace, name)?.filter(|role| !is_default_role(role)));
    }
    all.append(&mut roles);
    Ok(all)
}

/// Whether a binding is one that every cluster has, for everybody and for nobody else.
fn is_default_binding(binding: &Value) -> bool {
    let is_everybody = |subject: &Value| EVERYBODY.contains(&text(subject, "/name"));
    binding.pointer(DEFAULT).is_some()
        && BINDINGS.contains(&text(binding, "/metadata/name"))
        && text(binding, "/roleRef/name") == text(binding, "/metadata/name")
        && items(binding, "/subjects").iter().all(is_everybody)
}

fn is_default_role(role: &Value) -> bool {
    let name = text(role, "/metadata/name");
    role.pointer(DEFAULT).is_some() && (ROLES.contains(&name) || name.starts_with(SYSTEM))
}

/// Whether a subject is of one of these namespaces, or of all.
fn is_of(subject: &Value, namespaces: &[&str]) -> bool {
    let name = text(subject, "/name");
    match text(subject, "/kind") {
        "ServiceAccount" => namespaces.contains(&text(subject, "/namespace")),
        "Group" => match name.strip_prefix("system:serviceaccounts:") {
            Some(namespace) => namespaces.contains(&namespace),
            None => EVERYBODY.contains(&name),
        },
        _ => {
            let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
            account.is_some_and(|(namespace, _)| namespaces.contains(&namespace))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{is_default_binding, is_nearly_gone, objects};
    use crate::client::{Method, Response};
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP};

    const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";

    fn binding(namespace: &str, name: &str, subject: &Value, role: &str) -> Value {
        json!({"metadata": {"name": name, "namespace": namespace}, "subjects": [subject],
            "roleRef": {"kind": role.split('/').next(), "name": role.split('/').nth(1)}})
    }

    /// The names of what gives rights in a cluster with these `RoleBindings`.
    fn seen(bindings: &[Value]) -> Vec<String> {
        let path = format!("/api/v1/namespaces/{SHOP}");
        let api = Recorded::new()
            .get(&path, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}}))
            .list(&format!("{RBAC}/rolebindings"), bindings)
            .get(&format!("{RBAC}/namespaces/kube-system/roles/all"), json!({"metadata": {"name": "all"}}))
            .get(
                &format!("{RBAC}/clusterroles/cluster-admin"),
                json!({"metadata": {"name": "cluster-admin",
                "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}}),
            )
            .get(
                &format!("{RBAC}/clusterroles/mine"),
                json!({"metadata": {"name": "mine",
                "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}}),
            )
            .when(|request| {
                let body = json!({"items": []}).to_string();
                (request.method == Method::Get).then(|| Response { status: 200, body, warnings: Vec::new() })
            });
        let found = Fixture::new().with(&api, |context| objects(&[SHOP], context)).expect("objects");
        let names = found.iter().skip(1).map(|object| object["metadata"]["name"].as_str().expect("a name").to_owned());
        names.collect()
    }

    #[test]
    fn rights_elsewhere_count() {
        let account = |namespace: &str| json!({"kind": "ServiceAccount", "name": "bot", "namespace": namespace});
        let group = |name: &str| json!({"kind": "Group", "name": name});
        let user = json!({"kind": "User", "name": format!("system:serviceaccount:{SHOP}:bot")});
        let elsewhere = |subject: &Value, role: &str| binding("kube-system", "x", subject, role);
        assert_eq!(seen(&[elsewhere(&account(SHOP), "Role/all")]), ["x", "all"]);
        assert_eq!(seen(&[elsewhere(&user, "ClusterRole/cluster-admin")]), ["x"]);
        assert_eq!(
            seen(&[elsewhere(&group(&format!("system:serviceaccounts:{SHOP}")), "ClusterRole/mine")]),
            ["x", "mine"]
        );
        assert_eq!(seen(&[elsewhere(&group("system:serviceaccounts"), "ClusterRole/mine")]), ["x", "mine"]);
        assert!(seen(&[elsewhere(&account("other"), "Role/all")]).is_empty());
        assert!(seen(&[elsewhere(&group("system:serviceaccounts:other"), "Role/all")]).is_empty());
    }

    #[test]
    fn the_label_of_the_defaults_hides_nobody_else() {
        let mut default = binding(
            "",
            "system:discovery",
            &json!({"kind": "Group", "name": "system:authenticated"}),
            "ClusterRole/system:discovery",
        );
        assert!(!is_default_binding(&default));
        default["metadata"]["labels"] = json!({"kubernetes.io/bootstrapping": "rbac-defaults"});
        assert!(is_default_binding(&default));
        for (at, value) in [
            ("/metadata/name", json!("mine")),
            ("/roleRef/name", json!("cluster-admin")),
            ("/subjects/0/name", json!("system:serviceaccounts:shop")),
        ] {
            let mut changed = default.clone();
            *changed.pointer_mut(at).expect("a field") = value;
            assert!(!is_default_binding(&changed), "{at}");
        }
    }

    #[test]
    fn who_goes_slowly_is_still_there() {
        let going = |seconds: u64| json!({"metadata": {"deletionTimestamp": "2026-11-24T10:00:00Z", "deletionGracePeriodSeconds": seconds}});
        assert!(is_nearly_gone(&going(30)));
        assert!(!is_nearly_gone(&going(86_400)));
        assert!(!is_nearly_gone(&json!({"metadata": {}})));
    }
}
