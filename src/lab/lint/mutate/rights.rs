//! Wrong answers by RBAC: more bindings, and wider roles.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::inventory::{Objects, neutral};
use super::json::{items, pod_spec, text, with, with_at, with_member, without_at};
use super::scene::Scene;
use super::wrong::{Edit, Wrong};
use crate::lab::course::check_kind::Who;
use crate::lab::course::{CheckKind, Right};

const GROUP: &str = "rbac.authorization.k8s.io";

/// A right of somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant {
    subject: String,
    /// Where: a namespace, or everywhere.
    scope: String,
    group: String,
    resource: String,
    verb: String,
    /// The name of the object; every one's if it is empty.
    name: String,
}

impl Grant {
    /// Whether this gives the other, too.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let is = |own: &str, others: &str| own == "*" || own == others;
        self.subject == other.subject
            && is(&self.scope, &other.scope)
            && is(&self.group, &other.group)
            && is(&self.resource, &other.resource)
            && is(&self.verb, &other.verb)
            && (self.name.is_empty() || self.name == other.name)
    }
}

/// All rights that objects give.
pub(super) fn grants(objects: &Objects) -> BTreeSet<Grant> {
    let mut found = BTreeSet::new();
    for binding in objects.values() {
        let scope = match text(binding, "/kind") {
            "RoleBinding" => text(binding, "/metadata/namespace"),
            "ClusterRoleBinding" => "*",
            _ => continue,
        };
        let rules = rules_of(objects, binding);
        for subject in items(binding, "/subjects") {
            let subject = called(subject, text(binding, "/metadata/namespace"));
            found.extend(rules.iter().flat_map(|rule| of_rule(&subject, scope, rule)));
        }
    }
    found
}

/// The rules of the role that a binding names. One that every cluster has stands for itself.
fn rules_of(objects: &Objects, binding: &Value) -> Vec<Value> {
    let (kind, name) = (text(binding, "/roleRef/kind"), text(binding, "/roleRef/name"));
    let namespace = if kind == "Role" { text(binding, "/metadata/namespace") } else { "" };
    let role = objects.values().find(|object| {
        text(object, "/kind") == kind
            && text(object, "/metadata/name") == name
            && text(object, "/metadata/namespace") == namespace
    });
    match role {
        Some(role) => items(role, "/rules").to_vec(),
        // a role that is not there gives nothing, but those that every cluster has
        None if !matches!(name, "cluster-admin" | "admin" | "edit" | "view") && !name.starts_with("system:") => {
            Vec::new()
        }
        None => vec![json!({"apiGroups": [format!("role {name}")], "resources": ["*"], "verbs": ["*"]})],
    }
}

fn called(subject: &Value, namespace: &str) -> String {
    let name = text(subject, "/name");
    match (text(subject, "/kind"), text(subject, "/namespace")) {
        ("ServiceAccount", "") => format!("system:serviceaccount:{namespace}:{name}"),
        ("ServiceAccount", own) => format!("system:serviceaccount:{own}:{name}"),
        ("Group", _) => format!("group {name}"),
        _ => name.to_owned(),
    }
}

fn of_rule(subject: &str, scope: &str, rule: &Value) -> Vec<Grant> {
    let words = |key: &str| -> Vec<String> {
        items(rule, &format!("/{key}")).iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut names = words("resourceNames");
    if names.is_empty() {
        names.push(String::new());
    }
    let mut groups = words("apiGroups");
    let mut resources = words("resources");
    if resources.is_empty() {
        groups = vec!["path".to_owned()];
        resources = words("nonResourceURLs");
    }
    let mut found = Vec::new();
    for group in &groups {
        for resource in &resources {
            for verb in words("verbs") {
                found.extend(names.iter().map(|name| Grant {
                    subject: subject.to_owned(),
                    scope: scope.to_owned(),
                    group: group.clone(),
                    resource: resource.clone(),
                    verb: verb.clone(),
                    name: name.clone(),
                }));
            }
        }
    }
    found
}

/// Somebody whose rights a lab limits.
struct Target {
    /// As a binding names them.
    subject: Value,
    shown: String,
    /// The account behind it, as namespace and name.
    account: Option<(String, String)>,
    /// Where they are looked at first.
    ns: Option<String>,
    /// What they may not, and where; everywhere without a namespace.
    denied: Vec<(Option<String>, Right)>,
    /// Whether nothing but what is listed is right.
    only: bool,
}

impl Target {
    /// Whether no other run has somebody of this name.
    fn is_of_run(&self, run: &str) -> bool {
        self.account.is_some() || text(&self.subject, "/name").contains(run)
    }
}

fn targets(scene: &Scene<'_>) -> Vec<Target> {
    let mut found: Vec<Target> = Vec::new();
    for probe in scene.probes() {
        let CheckKind::CanI(spec) = probe else { continue };
        if spec.deny.is_empty() && !spec.only {
            continue;
        }
        let Some((subject, account)) = subject(scene, &spec.subject) else { continue };
        let denied = spec.deny.iter().filter_map(|right| Right::parse(right).ok());
        let ns = spec.ns.as_ref().and_then(|alias| scene.ns(alias)).map(str::to_owned);
        let at = found.iter().position(|target| target.subject == subject).unwrap_or_else(|| {
            let shown = neutral(text(&subject, "/name"), scene.names);
            found.push(Target { subject, shown, account, ns: ns.clone(), denied: Vec::new(), only: false });
            found.len() - 1
        });
        if let Some(target) = found.get_mut(at) {
            // one of each check is enough: each is asked for by itself
            target.denied.extend(denied.take(1).map(|right| (ns.clone(), right)));
            target.only |= spec.only;
            target.ns = target.ns.take().or(ns);
        }
    }
    found
}

fn subject(scene: &Scene<'_>, who: &Who) -> Option<(Value, Option<(String, String)>)> {
    let of_user = |name: &str| match name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
        Some((namespace, account)) => of_account(namespace, account),
        None => (json!({"kind": "User", "apiGroup": GROUP, "name": name}), None),
    };
    Some(match who {
        Who::ServiceAccount(account) => {
            let (alias, name) = account.split_once('/')?;
            of_account(scene.ns(alias)?, name)
        }
        Who::User(name, more) => match more.groups.first() {
            Some(group) => (json!({"kind": "Group", "apiGroup": GROUP, "name": group}), None),
            None => of_user(name),
        },
        Who::Kubeconfig(file) => of_user(scene.users.get(file.as_str())?),
        Who::Token(_) | Who::TokenOf(_) | Who::Anonymous(_) => return None,
    })
}

fn of_account(namespace: &str, name: &str) -> (Value, Option<(String, String)>) {
    let subject = json!({"kind": "ServiceAccount", "name": name, "namespace": namespace});
    (subject, Some((namespace.to_owned(), name.to_owned())))
}

/// The rule of a role that gives a right.
fn rule(right: &Right) -> Value {
    let resource = match &right.subresource {
        Some(sub) => format!("{}/{sub}", right.resource),
        None => right.resource.clone(),
    };
    let mut rule =
        json!({"apiGroups": [right.group.clone().unwrap_or_default()], "resources": [resource], "verbs": [right.verb]});
    if let Some(name) = &right.name {
        rule = with(&rule, &["resourceNames"], json!([name]));
    }
    rule
}

fn object(kind: &str, namespace: Option<&str>, name: &str, scene: &Scene<'_>, rest: &[(&str, Value)]) -> Value {
    let mut object = json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind,
        "metadata": {"name": name, "labels": scene.labels()}});
    if let Some(namespace) = namespace {
        object = with(&object, &["metadata", "namespace"], json!(namespace));
    }
    rest.iter().fold(object, |object, (key, value)| with(&object, &[key], value.clone()))
}

/// A role and its binding for somebody, in a namespace or everywhere.
fn bound(scene: &Scene<'_>, namespace: Option<&str>, rules: &Value, subject: &Value) -> Vec<Edit> {
    let name = format!("mutant-{}", scene.names.run);
    let (role, binding) = match namespace {
        Some(_) => ("Role", "RoleBinding"),
        None => ("ClusterRole", "ClusterRoleBinding"),
    };
    let reference = json!({"apiGroup": GROUP, "kind": role, "name": name});
    vec![
        Edit::Put(object(role, namespace, &name, scene, &[("rules", rules.clone())])),
        Edit::Put(object(binding, namespace, &name, scene, &[("roleRef", reference), ("subjects", json!([subject]))])),
    ]
}

/// A binding for a role that every cluster has.
fn bound_to(scene: &Scene<'_>, namespace: &str, role: &str, subject: &Value) -> Vec<Edit> {
    let reference = json!({"apiGroup": GROUP, "kind": "ClusterRole", "name": role});
    let rest = [("roleRef", reference), ("subjects", json!([subject]))];
    vec![Edit::Put(object("RoleBinding", Some(namespace), &format!("mutant-{}", scene.names.run), scene, &rest))]
}

/// A second binding: here, everywhere, elsewhere, for a group, for a user of the account's name.
pub(super) fn second_binding(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for target in targets(scene) {
        let shown = &target.shown;
        let is_of_run = target.is_of_run(&scene.names.run);
        for (ns, right) in &target.denied {
            if let Some(ns) = ns {
                let edits = bound(scene, Some(ns), &json!([rule(right)]), &target.subject);
                let alias = neutral(ns, scene.names);
                found.push(Wrong::new(format!("a second RoleBinding gives {shown} `{right}` in {alias}"), edits));
            }
            if is_of_run {
                let edits = bound(scene, None, &json!([rule(right)]), &target.subject);
                found.push(Wrong::new(format!("a ClusterRoleBinding gives {shown} `{right}`"), edits));
            }
        }
        let Some((ns, right)) = target.denied.first() else { continue };
        if let (Some((namespace, name)), Some(ns)) = (&target.account, ns) {
            let group =
                json!({"kind": "Group", "apiGroup": GROUP, "name": format!("system:serviceaccounts:{namespace}")});
            let edits = bound(scene, Some(ns), &json!([rule(right)]), &group);
            found.push(Wrong::new(format!("the group of all accounts of the namespace may `{right}`"), edits));
            let user = format!("system:serviceaccount:{namespace}:{name}");
            let edits = bound(
                scene,
                Some(ns),
                &json!([rule(right)]),
                &json!({"kind": "User", "apiGroup": GROUP, "name": user}),
            );
            found.push(Wrong::new(format!("a binding names {shown} as a user, for `{right}`"), edits));
        }
        if is_of_run {
            found.extend(elsewhere(scene, &target));
        }
    }
    found
}

/// Rights in namespaces that no check of rights names.
fn elsewhere(scene: &Scene<'_>, target: &Target) -> Vec<Wrong> {
    let shown = &target.shown;
    let mut found = Vec::new();
    for namespace in ["kube-system", "default"] {
        let edits = bound_to(scene, namespace, "cluster-admin", &target.subject);
        found.push(Wrong::new(format!("{shown} is an administrator of {namespace}"), edits));
    }
    for (alias, namespace) in scene.names.ns.iter().filter(|(_, ns)| target.ns.as_ref() != Some(*ns)) {
        let edits = bound_to(scene, namespace, "edit", &target.subject);
        found.push(Wrong::new(format!("{shown} may `edit` in {alias}"), edits));
    }
    found
}

/// Rights that a list of the only ones does not have.
pub(super) fn unlisted(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for target in targets(scene).into_iter().filter(|target| target.only) {
        let shown = &target.shown;
        for right in ["list events", "create configmaps", "get leases.coordination.k8s.io"] {
            let (Ok(parsed), Some(ns)) = (Right::parse(right), &target.ns) else { continue };
            let edits = bound(scene, Some(ns), &json!([rule(&parsed)]), &target.subject);
            found.push(Wrong::new(format!("{shown} may `{right}`, too"), edits));
        }
        if target.is_of_run(&scene.names.run) {
            let path = json!([{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]);
            found.push(Wrong::new(format!("{shown} may get /metrics"), bound(scene, None, &path, &target.subject)));
        }
    }
    found
}

/// The rights that a list of the only ones has: all that it names may be given.
fn may(scene: &Scene<'_>) -> BTreeSet<Grant> {
    let mut found = BTreeSet::new();
    for probe in scene.probes() {
        let CheckKind::CanI(spec) = probe else { continue };
        let (Some(scope), Some((subject, _))) =
            (spec.ns.as_ref().and_then(|alias| scene.ns(alias)), subject(scene, &spec.subject))
        else {
            continue;
        };
        let listed = spec.allow.iter().chain(&spec.may).filter(|_| spec.only);
        let rules = listed.filter_map(|right| Right::parse(right).ok()).map(|right| rule(&right));
        found.extend(rules.flat_map(|rule| of_rule(&called(&subject, scope), scope, &rule)));
    }
    found
}

/// The roles of the solution, each rule wider than it is.
pub(super) fn wider_role(scene: &Scene<'_>) -> Vec<Wrong> {
    let before = grants(scene.after);
    let (is_limited, denied) = limits(scene);
    let right = may(scene);
    let mut found = Vec::new();
    for (name, _, role) in scene.changed_of(&["Role", "ClusterRole"]) {
        for (at, rule) in items(role, "/rules").iter().enumerate() {
            let list = |key: &str, value: Value| with_at(role, &format!("/rules/{at}/{key}"), value);
            let words = |key: &str| items(rule, &format!("/{key}")).to_vec();
            let number = at + 1;
            let ways = [
                ("every verb", list("verbs", json!(["*"]))),
                ("every resource", (!words("resources").is_empty()).then(|| list("resources", json!(["*"]))).flatten()),
                (
                    "secrets, too",
                    (!words("resources").is_empty())
                        .then(|| with_member(role, &format!("/rules/{at}/resources"), json!("secrets")))
                        .flatten(),
                ),
                ("every name", without_at(role, &format!("/rules/{at}/resourceNames"))),
            ];
            for (what, wider) in ways {
                let Some(wider) = wider else { continue };
                let wrong = Wrong::new(format!("{name}: rule {number} holds for {what}"), [Edit::Put(wider)]);
                let after = grants(&scene.edited(&wrong.edits));
                // a role that nobody has harms nobody, nor does one that gives what may be given
                let more: Vec<&Grant> = after
                    .iter()
                    .filter(|grant| !before.iter().chain(&right).any(|other| other.covers(grant)))
                    .collect();
                let is_denied = || more.iter().any(|grant| denied.iter().any(|other| grant.covers(other)));
                if !more.is_empty() && (is_limited || is_denied() || scene.is_worse(&wrong.edits)) {
                    found.push(wrong);
                }
            }
        }
    }
    found
}

/// The bindings of the solution, each for everybody who has credentials, too.
pub(super) fn wider_binding(scene: &Scene<'_>) -> Vec<Wrong> {
    let everybody = json!({"kind": "Group", "apiGroup": GROUP, "name": "system:authenticated"});
    let bindings = scene.changed_of(&["RoleBinding", "ClusterRoleBinding"]);
    let wider = bindings.filter_map(|(_, _, binding)| {
        let changed = with_member(binding, "/subjects", everybody.clone());
        scene.changes("it names system:authenticated, too", binding, changed)
    });
    wider.collect()
}

/// Whether a lab says of somebody all that they may, and what it denies: what it does not speak of is not wrong there.
fn limits(scene: &Scene<'_>) -> (bool, Vec<Grant>) {
    let mut is_limited = false;
    let mut found = Vec::new();
    for probe in scene.probes() {
        let CheckKind::CanI(spec) = probe else { continue };
        is_limited |= spec.only;
        let Some((who, _)) = subject(scene, &spec.subject) else { continue };
        let scope = spec.ns.as_ref().and_then(|alias| scene.ns(alias)).unwrap_or("*");
        let rights = spec.deny.iter().filter_map(|right| Right::parse(right).ok());
        found.extend(rights.flat_map(|right| of_rule(&called(&who, ""), scope, &rule(&right))));
    }
    (is_limited, found)
}

/// A Secret that somebody may not read, mounted where they are.
pub(super) fn mounted_secret(scene: &Scene<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for probe in scene.probes() {
        let CheckKind::CanI(spec) = probe else { continue };
        let Some((_, Some((namespace, account)))) = subject(scene, &spec.subject) else { continue };
        let rights = spec.deny.iter().filter_map(|right| Right::parse(right).ok());
        for secret in
            rights.filter(|right| right.resource == "secrets" && right.verb == "get").filter_map(|right| right.name)
        {
            for object in scene.after.values().filter(|object| text(object, "/metadata/namespace") == namespace) {
                let Some((pointer, spec)) = pod_spec(object) else { continue };
                let runs_as = match text(spec, "/serviceAccountName") {
                    "" => "default",
                    name => name,
                };
                let is_there = scene.after.values().any(|other| {
                    text(other, "/kind") == "Secret"
                        && text(other, "/metadata/name") == secret
                        && text(other, "/metadata/namespace") == namespace
                });
                if runs_as != account || !is_there {
                    continue;
                }
                let volume = json!({"name": "mutant", "secret": {"secretName": secret}});
                let mount = json!({"name": "mutant", "mountPath": "/srv/mutant"});
                let changed = with_member(object, &format!("{pointer}/volumes"), volume)
                    .and_then(|object| with_member(&object, &format!("{pointer}/containers/0/volumeMounts"), mount));
                found.extend(scene.changes(&format!("the Secret {secret} is mounted"), object, changed));
            }
        }
    }
    found.dedup_by(|one, other| one.what == other.what);
    found
}
