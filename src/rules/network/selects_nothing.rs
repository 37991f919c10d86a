//! `network-policy-selects-nothing`

use super::near::Near;
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "network-policy-selects-nothing",
    summary: "a NetworkPolicy selects no pod, but nearly does",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[nsa("Network policies")],
    why: "Nobody says so if a selector matches nothing: the policy is there, and the pods stay open. A policy whose \
          pods are not in the input may be for pods elsewhere, and is not reported; only one with the value of a \
          label of pods in its namespace under another key, or a letter away from it, is.",
    prevents: "A typo does not leave the app open to everybody.",
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels:
    app.kubernetes.io/name: web
spec:
  containers:
    - name: web
      image: ghcr.io/acme/web:1.2.3
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: web
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels:
    app.kubernetes.io/name: web
spec:
  containers:
    - name: web
      image: ghcr.io/acme/web:1.2.3
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    if facts.network_policies.is_empty() {
        return;
    }
    let near = Near::new(facts);
    for policy in facts.network_policies.iter().filter(|policy| policy.selector.is_plain()) {
        let object = &policy.object;
        if let Some((label, pods)) = near.miss(object.namespace(), &policy.selector.labels) {
            let message =
                format!("{object} selects no pod of the input: no pod has the label `{}: {}`", label.0, label.1);
            let place = object.at(policy.selector_span, "selects nothing");
            let report = object.diagnostic("spec.podSelector", place, message);
            sink.report(report.related_all([pods.object.place("expected these pods to be meant")]));
        }
    }
}
