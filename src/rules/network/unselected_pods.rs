//! `pod-without-network-policy`

use std::collections::HashSet;

use super::isolation::{Foreign, Namespace, groups};
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "pod-without-network-policy",
    summary: "no NetworkPolicy of its namespace selects a pod",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("5.3.2"), nsa("Network policies")],
    why: "Without a policy that selects it a pod takes connections from everywhere and makes them to everywhere. Only \
          pods of namespaces are reported for which the input has a NetworkPolicy: of others nothing is known here. \
          Where a network plugin has policies of its own, nothing is reported, nor are pods on the network of their \
          node.",
    prevents: "A pod that was forgotten does not undo the policies of the others.",
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
  name: batch
  namespace: shop
  labels:
    app: batch
spec:
  containers:
    - name: batch
      image: ghcr.io/acme/batch:1.2.3
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
---
apiVersion: v1
kind: Pod
metadata:
  name: batch
  namespace: shop
  labels:
    app: batch
spec:
  containers:
    - name: batch
      image: ghcr.io/acme/batch:1.2.3
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    if facts.network_policies.is_empty() {
        return;
    }
    let governed: HashSet<Namespace<'_>> =
        facts.network_policies.iter().map(|policy| policy.object.namespace()).collect();
    let foreign = Foreign::new(facts);
    for group in groups(facts) {
        let is_open = group.effect.ingress.is_none() && group.effect.egress.is_none();
        for pods in group.pods.iter().filter(|_| is_open) {
            let namespace = pods.object.namespace();
            if governed.contains(&namespace) && !foreign.may_hold(namespace) {
                let of = if pods.object.kind() == "Pod" { "" } else { "the pods of " };
                let message = format!("no NetworkPolicy of its namespace selects {of}{}", pods.object);
                let place = pods.object.place("expected a policy for the labels of its pods");
                sink.report(pods.object.diagnostic("metadata.name", place, message));
            }
        }
    }
}
