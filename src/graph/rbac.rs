//! Who may do what: the subjects of bindings, and the roles that they get.

use std::collections::HashMap;

use super::model::{Graph, Node, Side, Tone, Worst};
use crate::rules::facts::{Binding, Facts, ObjectRef, PolicyRule, Role, Subject, SubjectKind, Word};

/// So many rules of a role are shown.
const MOST_RULES: usize = 5;
/// So many bindings are looked at.
const MOST_BINDINGS: usize = 2000;

/// Draws the picture.
pub fn rbac(facts: &Facts, worst: Worst<'_>) -> Graph {
    let mut graph = Graph::new("Who may do what", ["who", "role, with what it allows"]);
    let key = |role: &Role| {
        (
            role.is_cluster,
            if role.is_cluster { None } else { Some(namespace(&role.object)) },
            role.object.name().to_owned(),
        )
    };
    let roles: HashMap<_, &Role> = facts.roles.iter().map(|role| (key(role), role)).collect();
    graph.left_out += facts.bindings.len().saturating_sub(MOST_BINDINGS);
    for binding in facts.bindings.iter().take(MOST_BINDINGS) {
        let Some(name) = &binding.role else { continue };
        let is_cluster = binding.names_cluster_role();
        let within = if is_cluster { None } else { Some(namespace(&binding.object)) };
        let role = roles.get(&(is_cluster, within.clone(), name.text.to_string())).copied();
        let tone = Tone::of(worst(binding.object.kind(), binding.object.namespace(), binding.object.name()));
        for subject in &binding.subjects {
            let who = who(binding, subject);
            let from = graph.node(Side::Left, &who.key.clone(), || who);
            let what = what(&name.text, is_cluster, within.as_deref(), role, worst);
            let to = graph.node(Side::Right, &what.key.clone(), || what);
            let place = if binding.is_cluster {
                "everywhere".to_owned()
            } else {
                format!("in {}", binding.object.namespace().unwrap_or("default"))
            };
            if let (Some(from), Some(to)) = (from, to) {
                graph.edge(from, to, place, tone);
            }
        }
    }
    graph
}

fn namespace(object: &ObjectRef) -> String {
    object.namespace().unwrap_or("default").to_owned()
}

fn who(binding: &Binding, subject: &Subject) -> Node {
    let name = &subject.name.text;
    let (kind, group) = match subject.kind {
        SubjectKind::User => ("User", None),
        SubjectKind::Group => ("Group", None),
        SubjectKind::ServiceAccount => {
            ("ServiceAccount", Some(binding.namespace_of(subject).unwrap_or("default").to_owned()))
        }
    };
    let key = match &group {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    };
    let is_everybody = [
        "system:anonymous",
        "system:unauthenticated",
        "system:authenticated",
        "system:masters",
        "system:serviceaccounts",
    ];
    let tone = if is_everybody.contains(&&**name) { Tone::Bad } else { Tone::Plain };
    Node { key, label: name.to_string(), details: vec![kind.to_owned()], group, tone }
}

fn what(name: &str, is_cluster: bool, within: Option<&str>, role: Option<&Role>, worst: Worst<'_>) -> Node {
    let kind = if is_cluster { "ClusterRole" } else { "Role" };
    let key = within.map_or_else(|| format!("{kind} {name}"), |namespace| format!("{kind} {namespace}/{name}"));
    let mut details = match role {
        Some(role) => role.rules.iter().take(MOST_RULES).map(allowed).collect(),
        None => vec![built_in(name).unwrap_or("not in the input").to_owned()],
    };
    let more = role.map_or(0, |role| role.rules.len().saturating_sub(MOST_RULES));
    if more > 0 {
        details.push(format!("and {more} more"));
    }
    if role.is_some_and(|role| !role.aggregates.is_empty()) {
        details.push("and the rights of roles with its labels".to_owned());
    }
    let tone = match role {
        _ if name == "cluster-admin" => Tone::Bad,
        Some(role) => Tone::of(worst(role.object.kind(), role.object.namespace(), role.object.name())),
        None => Tone::Outside,
    };
    let group = if is_cluster { Some("cluster".to_owned()) } else { within.map(str::to_owned) };
    Node { key, label: name.to_owned(), details, group, tone }
}

/// What the roles allow that every cluster has.
fn built_in(name: &str) -> Option<&'static str> {
    match name {
        "cluster-admin" => Some("everything"),
        "admin" => Some("everything in a namespace, roles too"),
        "edit" => Some("write and read in a namespace, Secrets too"),
        "view" => Some("read in a namespace, but Secrets"),
        _ => None,
    }
}

/// `get, list: pods, services`.
fn allowed(rule: &PolicyRule) -> String {
    let list = |words: &[Word]| words.iter().map(|word| &*word.text).collect::<Vec<_>>().join(", ");
    let what = if rule.urls.is_empty() { list(&rule.resources) } else { list(&rule.urls) };
    let names = if rule.names.is_empty() { String::new() } else { format!(" ({})", list(&rule.names)) };
    format!("{}: {what}{names}", list(&rule.verbs))
}
