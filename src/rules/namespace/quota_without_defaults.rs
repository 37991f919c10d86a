//! `quota-without-defaults`

use std::collections::HashSet;

use crate::rules::facts::{Facts, default_of};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "quota-without-defaults",
    summary: "a ResourceQuota refuses pods that do not set resources",
    severity: Severity::Medium,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "Once a quota counts `requests.cpu` or `limits.memory`, every container must name them, or its pod is \
          refused: the Deployment is taken, and its ReplicaSet makes no pod. A LimitRange sets what containers do not \
          set.",
    prevents: "A rollout does not end with no pods and an event that nobody reads.",
    bad: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: shop
spec:
  hard:
    requests.cpu: \"4\"
",
    good: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: shop
spec:
  hard:
    requests.cpu: \"4\"
---
apiVersion: v1
kind: LimitRange
metadata:
  name: defaults
  namespace: shop
spec:
  limits:
    - type: Container
      defaultRequest:
        cpu: 100m
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let mut given: HashSet<(Option<&str>, &str, &str)> = HashSet::new();
    for range in &facts.limit_ranges {
        given.extend(range.defaults.iter().map(|(field, resource)| (range.object.namespace(), *field, &**resource)));
    }
    for quota in &facts.quotas {
        let object = &quota.object;
        let is_missing = |key: &str| {
            default_of(key).is_some_and(|(field, resource)| !given.contains(&(object.namespace(), field, resource)))
        };
        if let Some(first) = quota.compute.iter().find(|key| is_missing(&key.text)) {
            let message = format!("{object} refuses pods without `{}`, and no LimitRange sets it for them", first.text);
            let (field, resource) = default_of(&first.text).unwrap_or_default();
            let place = object.at(first.span, format!("expected a LimitRange with `{field}` for `{resource}`"));
            sink.report(object.diagnostic(format!("spec.hard[{:?}]", first.text), place, message));
        }
    }
}
