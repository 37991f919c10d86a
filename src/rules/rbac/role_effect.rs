//! `role-rule-without-effect`

use std::collections::HashSet;

use crate::diagnostic::nearest;
use crate::k8s::fields::table;
use crate::k8s::{rbac, resources};
use crate::rules::facts::{Facts, PolicyRule, Role, Word};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "role-rule-without-effect",
    summary: "a rule of a role allows nothing, or not what it seems to",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "RBAC takes any word for a resource, a group or a verb, and says nothing if there is no such thing. `pods/*` \
          is not a pattern (`*/exec` is one), `deployments` are not in the core group, a Role cannot reach what lives \
          in no namespace, and a request to create has no name that `resourceNames` could match.",
    prevents: "What was to be allowed is not missing at run time, and nobody works around it with a wildcard.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: web
  namespace: shop
rules:
  - apiGroups: [\"\"]
    resources: [deployments]
    verbs: [get]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: web
  namespace: shop
rules:
  - apiGroups: [apps]
    resources: [deployments]
    verbs: [get]
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    for role in &facts.roles {
        for (index, rule) in role.rules.iter().enumerate() {
            if let (false, Some(url)) = (role.is_cluster, rule.urls.first()) {
                let path = format!("rules[{index}].nonResourceURLs[0]");
                let place = role.object.at(url.span, "only a ClusterRole can have this");
                let message = format!("the API server refuses {}: URLs are in no namespace", role.object);
                sink.report(role.object.diagnostic(path, place, message));
            }
            for (at, group) in rule.groups.iter().enumerate() {
                if let Some((message, label)) = group_fault(&group.text) {
                    let place = role.object.at(group.span, label);
                    let path = format!("rules[{index}].apiGroups[{at}]");
                    sink.report(role.object.diagnostic(path, place, message));
                }
            }
            let groups = Groups::of(rule);
            for (at, resource) in rule.resources.iter().enumerate() {
                if let Some((message, label)) = resource_fault(role, &groups, &resource.text) {
                    let place = role.object.at(resource.span, label);
                    let path = format!("rules[{index}].resources[{at}]");
                    sink.report(role.object.diagnostic(path, place, message));
                }
            }
            for (at, verb) in rule.verbs.iter().enumerate() {
                if let Some((message, label)) = verb_fault(rule, &verb.text) {
                    let place = role.object.at(verb.span, label);
                    let path = format!("rules[{index}].verbs[{at}]");
                    sink.report(role.object.diagnostic(path, place, message));
                }
            }
        }
    }
}

/// The API groups of a rule, looked at once for all of its resources.
struct Groups<'f> {
    names: HashSet<&'f str>,
    /// Whether each is one of Kubernetes in which none but its own resources live.
    are_built_in: bool,
    is_bind: bool,
}

impl<'f> Groups<'f> {
    fn of(rule: &'f PolicyRule) -> Self {
        let names: HashSet<&str> = rule.groups.iter().map(|group| &*group.text).collect();
        let are_built_in = !names.is_empty() && names.iter().all(|group| is_built_in(group));
        Self { names, are_built_in, is_bind: is_bind(rule) }
    }
}

/// What is wrong with a resource, and what was expected.
fn resource_fault(holder: &Role, groups: &Groups<'_>, resource: &str) -> Option<(String, String)> {
    if let Some(base) = resource.strip_suffix("/*") {
        let label = format!("expected subresources by name, as `{base}/status`, or `*/status`");
        return Some((format!("`{resource}` is not a pattern, and allows nothing"), label));
    }
    if groups.names.is_empty() || groups.names.contains("*") {
        return None;
    }
    let is_out_of_reach = || groups.names.iter().all(|group| rbac::is_cluster_scoped(group, resource));
    if !holder.is_cluster && !groups.is_bind && is_out_of_reach() {
        let label = "only a ClusterRole with a ClusterRoleBinding reaches it".to_owned();
        return Some((format!("`{resource}` lives in no namespace: {} allows nothing of it", holder.object), label));
    }
    if !groups.are_built_in {
        return None;
    }
    if groups.names.iter().any(|group| rbac::has(group, resource)) {
        return None;
    }
    if let Some(group) = rbac::group_of(resource) {
        let group = if group.is_empty() { "\"\"" } else { group };
        let message = format!("`{resource}` is in the API group {group}: this allows nothing");
        return Some((message, format!("expected `apiGroups: [{group}]`")));
    }
    let misspelt = resources::table().plurals().find(|known| is_misspelt(resource, known));
    let is_plain = resource != "*" && !resource.contains('/') && !groups.names.contains("extensions");
    let near =
        misspelt.or_else(|| resources::table().plurals().find(|known| is_plain && is_beginning(resource, known)))?;
    Some((format!("there is no resource `{resource}`: this allows nothing"), format!("expected `{near}`")))
}

/// Whether a right in a namespace is enough, as for binding a ClusterRole there.
fn is_bind(rule: &PolicyRule) -> bool {
    rule.verbs.iter().any(|verb| matches!(&*verb.text, "bind" | "escalate" | "*"))
}

/// Groups of Kubernetes itself in which none but its own resources live.
fn is_built_in(group: &str) -> bool {
    matches!(group, "" | "apps" | "autoscaling" | "batch" | "extensions" | "networking.k8s.io" | "policy")
        || group == "rbac.authorization.k8s.io"
}

/// Whether it is the known resource without its last letters, as `replicas` for `replicasets`.
fn is_beginning(resource: &str, known: &str) -> bool {
    let stem = resource.trim_end_matches('s');
    stem.len() > 4 && known.strip_prefix(stem).is_some_and(|rest| rest.len() < 6)
}

/// Whether it is the known resource in the singular, or in the spelling of its kind.
fn is_misspelt(resource: &str, known: &str) -> bool {
    let lower = resource.to_ascii_lowercase();
    let singular = known.strip_suffix('s').is_some_and(|one| one == lower || one.strip_suffix('e') == Some(&*lower));
    let policies = known.strip_suffix("ies").is_some_and(|stem| lower.strip_suffix('y') == Some(stem));
    singular || policies || (lower == known && resource != known)
}

/// Whether a rule is about groups only that are not those of Kubernetes: the authorizer takes any verb there.
fn is_custom(rule: &PolicyRule) -> bool {
    let is_known = |group: &Word| &*group.text == "*" || table().is_whole_group(&format!("{}/v1", group.text));
    !rule.groups.is_empty() && !rule.groups.iter().any(is_known)
}

/// What is wrong with a group, and what was expected.
fn group_fault(group: &str) -> Option<(String, String)> {
    let nothing = |why: &str, expected: &str| {
        Some((format!("`{group}` {why}: this allows nothing"), format!("expected `{expected}`")))
    };
    let is_version =
        |text: &str| text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let lower = group.to_ascii_lowercase();
    match group {
        "" | "*" => None,
        "core" => nothing("is no API group", "\"\""),
        _ if is_version(group) => nothing("is a version, and no API group", "\"\""),
        _ if group.contains('/') => {
            nothing("has a version, which an API group does not", group.split('/').next().unwrap_or_default())
        }
        _ if lower != group => nothing("has upper case letters, which no API group has", &lower),
        "k8s.io" => nothing("is no API group", "rbac.authorization.k8s.io` or another of its groups, or `\"\""),
        // a custom resource is in a group with a dot
        _ if !group.contains('.') && !resources::table().has_group(group) && group != "extensions" => {
            let known = ["apps", "batch", "policy", "autoscaling", "events.k8s.io"];
            let near = nearest(group, known).map_or_else(|| "a group of Kubernetes".to_owned(), str::to_owned);
            nothing("is no API group", &near)
        }
        _ => None,
    }
}

/// What is wrong with a verb, and what was expected.
fn verb_fault(rule: &PolicyRule, verb: &str) -> Option<(String, String)> {
    const WORDS: [(&str, &str); 8] = [
        ("read", "`get`, `list`, `watch`"),
        ("view", "`get`, `list`, `watch`"),
        ("write", "`create`, `update`, `patch`"),
        ("edit", "`update`, `patch`"),
        ("modify", "`update`, `patch`"),
        ("remove", "`delete`"),
        ("add", "`create`"),
        ("all", "the verbs by name"),
    ];
    let lower = verb.to_ascii_lowercase();
    // what a request is called in a group of somebody else's is theirs to say
    if is_custom(rule) {
        return None;
    }
    if let Some((_, expected)) = WORDS.iter().find(|(word, _)| *word == lower) {
        return Some((format!("there is no verb `{verb}`: this allows nothing"), format!("expected {expected}")));
    }
    if lower != verb && !verb.contains(':') {
        return Some((format!("there is no verb `{verb}`: this allows nothing"), format!("expected `{lower}`")));
    }
    let is_void = |resource: &Word| rbac::is_nameless(&resource.text, verb);
    (!rule.names.is_empty() && !rule.resources.is_empty() && rule.resources.iter().all(is_void)).then(|| {
        let message = format!("`{verb}` cannot be restricted to names: with `resourceNames` it allows nothing");
        (message, "the request carries no name; expected a rule of its own".to_owned())
    })
}
