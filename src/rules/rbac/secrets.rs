//! `api-secrets`

use super::grants::Grants;
use crate::diagnostic::Location;
use crate::k8s::rbac;
use crate::rules::facts::{Facts, PolicyRule, Role, Word};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "api-secrets",
    summary: "a role reads Secrets without naming them",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.1.2"), nsa("Authentication and authorization")],
    why: "Whoever can `get` any Secret, or `list` or `watch` them, has every password and token of the namespace, or of all \
          namespaces, those of other apps included. `list` and `watch` answer with the content, not with names alone. An app \
          needs its own Secrets, and mounting them needs no right at all; one that must read a Secret through the API needs \
          `get` with `resourceNames`.",
    prevents: "Stealing the token of one app does not give away the secrets of all others.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: web
  namespace: shop
rules:
  - apiGroups: [\"\"]
    resources: [secrets]
    verbs: [get, list]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: web
  namespace: shop
rules:
  - apiGroups: [\"\"]
    resources: [secrets]
    resourceNames: [web-tls]
    verbs: [get]
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let mut grants = None;
    for role in &facts.roles {
        let mut hits = role.rules.iter().enumerate().filter_map(|(index, rule)| hit(role, index, rule));
        let Some((path, primary)) = hits.next() else { continue };
        let grant = grants.get_or_insert_with(|| Grants::new(facts)).of(role);
        let place = grant.place();
        let all = if place.is_empty() { "Secrets without naming them" } else { "all Secrets" };
        let message = format!("{} can read {all}{place}", grant.who());
        let others: Vec<Location> = hits.take(3).map(|(_, place)| place).collect();
        let report = role
            .object
            .diagnostic(path, primary, message)
            .related_all(others)
            .related_all(grant.places())
            .help("mount the Secrets that it needs, or name them in `resourceNames` and allow `get` only");
        sink.report_as(grant.severity(Severity::High), report);
    }
}

/// The path and the place of the resource by which a rule reads Secrets.
fn hit(holder: &Role, index: usize, rule: &PolicyRule) -> Option<(String, Location)> {
    let (at, resource) = rule.resources.iter().enumerate().find(|(_, resource)| &*resource.text == "secrets")?;
    let named = !rule.names.is_empty();
    let group = rule.groups.iter().find(|group| matches!(&*group.text, "" | "*"))?;
    let reads = |verb: &&Word| rbac::reads_secrets(&group.text, &resource.text, &verb.text, named);
    let verb = rule.verbs.iter().find(reads)?;
    let label = match (&*verb.text, named) {
        ("*", _) => "with any verb".to_owned(),
        ("get", _) => "`get` without `resourceNames`".to_owned(),
        (verb, true) => format!("with `{verb}`, which needs no name"),
        (verb, false) => format!("with `{verb}`"),
    };
    Some((format!("rules[{index}].resources[{at}]"), holder.object.at(resource.span, label)))
}
