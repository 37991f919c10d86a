//! `egress-without-dns`

use std::collections::HashSet;

use super::isolation::{Foreign, groups};
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "egress-without-dns",
    summary: "pods cannot resolve names",
    severity: Severity::Medium,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "A policy that closes egress closes DNS too. Unless another opens port 53 over UDP, no name is resolved, and \
          every connection fails after a wait of seconds. A rule without ports counts as open.",
    prevents: "The app does not start with timeouts that look like anything but a network policy.",
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - ports:
        - port: 443
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
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
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - ports:
        - port: 443
        - port: 53
          protocol: UDP
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
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
    let foreign = Foreign::new(facts);
    let mut told = HashSet::new();
    for group in groups(facts).iter().filter(|group| !group.effect.dns) {
        let (Some(policy), Some(pods)) = (group.effect.egress, group.pods.first()) else { continue };
        let object = &policy.object;
        if !foreign.may_hold(object.namespace()) && told.insert((object.file, object.span)) {
            let message = format!("{object} closes egress, and no policy opens port 53 over UDP for {}", pods.object);
            let place = object.at(policy.selector_span, "closes egress of these pods");
            let report = object.diagnostic("spec.podSelector", place, message);
            sink.report(report.related_all([pods.object.place("one of them")]));
        }
    }
}
