//! `no-resource-quota`

use std::collections::HashSet;

use super::SYSTEM;
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "no-resource-quota",
    summary: "a namespace has no ResourceQuota",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[nsa("Resource policies")],
    why: "Without a ResourceQuota the pods of a namespace may take all nodes, claim all storage and open any number of \
          load balancers. Only a Namespace of the input is reported for which the input has none, and not those of \
          Kubernetes itself.",
    prevents: "A hijacked or looping app cannot starve the others, or run up a bill.",
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: shop
spec:
  hard:
    pods: \"20\"
    requests.cpu: \"4\"
    requests.memory: 8Gi
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let limited: HashSet<&str> = facts.quotas.iter().filter_map(|quota| quota.object.namespace()).collect();
    for namespace in &facts.namespaces {
        let name = namespace.name();
        if !limited.contains(name) && !SYSTEM.contains(&name) {
            let message = format!("namespace `{name}` has no ResourceQuota");
            let place = namespace.place("expected a ResourceQuota in it");
            sink.report(namespace.diagnostic("metadata.name", place, message));
        }
    }
}
