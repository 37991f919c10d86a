//! `no-default-deny`

use std::collections::HashSet;

use super::isolation::Foreign;
use crate::rules::facts::Facts;
use crate::rules::namespace::SYSTEM;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "no-default-deny",
    summary: "no NetworkPolicy closes a namespace by default",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("5.3.2"), nsa("Network policies")],
    why: "A policy with `podSelector: {}` and both `policyTypes` closes every pod of the namespace, those of next year \
          included; other policies then open what is needed. Without it each pod is open until somebody thinks of \
          it. Only a Namespace of the input is reported, and not those of Kubernetes itself, nor one where a network \
          plugin has policies of its own.",
    prevents: "A new pod does not start open to the whole cluster and the internet.",
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
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    if facts.namespaces.is_empty() {
        return;
    }
    let closing = || facts.network_policies.iter().filter(|policy| policy.selector.is_everything());
    let names = |policy: &'_ crate::rules::facts::NetworkPolicy| policy.object.namespace().map(str::to_owned);
    let ingress: HashSet<String> = closing().filter(|policy| policy.ingress).filter_map(names).collect();
    let egress: HashSet<String> = closing().filter(|policy| policy.egress).filter_map(names).collect();
    let foreign = Foreign::new(facts);
    for namespace in &facts.namespaces {
        let name = namespace.name();
        let (what, severity) = match (ingress.contains(name), egress.contains(name)) {
            (true, true) => continue,
            (true, false) => ("egress", Severity::Low),
            (false, true) => ("ingress", Severity::Medium),
            (false, false) => ("ingress and egress", Severity::Medium),
        };
        if SYSTEM.contains(&name) || foreign.may_hold(Some(name)) {
            continue;
        }
        let message = format!("no NetworkPolicy closes {what} of the namespace `{name}` by default");
        let place = namespace.place("expected a policy with `podSelector: {}` in it");
        sink.report_as(severity, namespace.diagnostic("metadata.name", place, message));
    }
}
