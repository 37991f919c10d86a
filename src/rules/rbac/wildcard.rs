//! `rbac-wildcard`

use super::grants::{Grant, Grants};
use crate::diagnostic::Location;
use crate::rules::facts::{Facts, PolicyRule, Role, Word};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "rbac-wildcard",
    summary: "a role allows everything of some sort with `*`",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.1.3"), nsa("Authentication and authorization")],
    why: "`*` means what is there today and whatever comes with the next release or operator. `resources: [\"*\"]` holds for \
          Secrets and for every subresource, `pods/exec` and `nodes/proxy` among them, so that even `get` is no longer \
          reading alone; `verbs: [\"*\"]` holds for `escalate`, `bind` and `impersonate`.",
    prevents: "A role that was meant for a few objects does not quietly become that of an administrator.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: shop
rules:
  - apiGroups: [\"\"]
    resources: [\"*\"]
    verbs: [get, list, watch]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: shop
rules:
  - apiGroups: [\"\"]
    resources: [configmaps, pods, services]
    verbs: [get, list, watch]
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let mut grants = None;
    for role in &facts.roles {
        for (index, rule) in role.rules.iter().enumerate() {
            let stars = Stars::of(rule);
            if stars.first().is_some() {
                let grant = grants.get_or_insert_with(|| Grants::new(facts)).of(role);
                stars.report(role, index, &grant, sink);
            }
        }
    }
}

/// Where a rule has `*`.
struct Stars<'f> {
    resource: Option<(usize, &'f Word)>,
    url: Option<(usize, &'f Word)>,
    verb: Option<(usize, &'f Word)>,
    group: Option<(usize, &'f Word)>,
    /// Whether it is about the API of Kubernetes, and not about custom resources alone.
    is_core: bool,
}

impl<'f> Stars<'f> {
    fn of(rule: &'f PolicyRule) -> Self {
        let star = |words: &'f [Word]| words.iter().enumerate().find(|(_, word)| &*word.text == "*");
        let url = |word: &Word| matches!(&*word.text, "*" | "/*");
        let is_core = |word: &Word| !word.text.contains('.') || word.text.ends_with(".k8s.io");
        Self {
            resource: star(&rule.resources),
            url: rule.urls.iter().enumerate().find(|(_, word)| url(word)),
            // any method on a path that is named says nothing of the API
            verb: star(&rule.verbs).filter(|_| rule.urls.is_empty()),
            group: star(&rule.groups),
            is_core: rule.groups.iter().any(is_core),
        }
    }

    /// The field and the `*` that say most.
    fn first(&self) -> Option<(&'static str, usize, &'f Word)> {
        let all = [
            ("resources", self.resource),
            ("nonResourceURLs", self.url),
            ("verbs", self.verb),
            ("apiGroups", self.group),
        ];
        all.into_iter().find_map(|(field, star)| star.map(|(at, word)| (field, at, word)))
    }

    fn is_everything(&self) -> bool {
        self.resource.is_some() && self.verb.is_some() && self.group.is_some()
    }

    /// What `*` allows, after "can".
    fn clause(&self) -> &'static str {
        if self.is_everything() {
            return "do anything";
        }
        match (self.resource.is_some(), self.url.is_some(), self.verb.is_some()) {
            (true, _, true) => "do anything with all resources of an API group",
            (true, ..) => "use all resources, Secrets and subresources among them",
            (_, true, _) => "use all non-resource URLs",
            (_, _, true) => "use every verb on some resources",
            _ => "use resources of this name in every API group",
        }
    }

    fn severity(&self) -> Severity {
        if self.is_everything() {
            Severity::Critical
        } else if self.resource.is_none() && self.verb.is_none() {
            Severity::Low
        } else if self.is_core {
            Severity::High
        } else {
            Severity::Medium
        }
    }

    fn report(&self, role: &Role, index: usize, grant: &Grant<'_, '_>, sink: &mut Sink<'_>) {
        let Some((field, at, first)) = self.first() else { return };
        let labels = [
            (self.resource, "all resources"),
            (self.url, "all URLs"),
            (self.verb, "all verbs"),
            (self.group, "all API groups"),
        ];
        let mut places =
            labels.into_iter().filter_map(|(star, label)| star.map(|(_, word)| role.object.at(word.span, label)));
        let primary = places.next().unwrap_or_else(|| role.object.at(first.span, ""));
        let others: Vec<Location> = places.collect();
        let message = format!("{} can {}{}", grant.who(), self.clause(), grant.place());
        let report = role
            .object
            .diagnostic(format!("rules[{index}].{field}[{at}]"), primary, message)
            .related_all(others)
            .related_all(grant.places())
            .help("name what it needs");
        sink.report_as(grant.severity(self.severity()), report);
    }
}
