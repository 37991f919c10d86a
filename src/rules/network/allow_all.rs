//! `network-policy-allows-all`

use crate::diagnostic::Diagnostic;
use crate::k8s::network_policy::{self, Direction, NetworkPolicy, Peer};
use crate::k8s::object::Object;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "network-policy-allows-all",
    summary: "a NetworkPolicy lets everybody in, or lets pods out to everywhere",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("5.3.2"), nsa("Network policies")],
    why: "An empty rule (`- {}`), a rule without `from` or `to`, `namespaceSelector: {}` and the blocks `0.0.0.0/0` \
          and `::/0` mean everything: the policy is there, and nothing is closed. Policies add up, so one such rule \
          undoes all others for the same pods.\n\n\
          A block with `except` is not reported, nor is DNS to anywhere.",
    prevents: "Any pod of any namespace, and where it is routed the internet, reaches the app; a hijacked app calls home, \
          or asks the metadata service of the cloud for the credentials of the node.",
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
  ingress:
    - {}
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
      app: web
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: proxy
      ports:
        - port: 8080
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    let Some(policy) = NetworkPolicy::of(object) else { return };
    for direction in Direction::ALL {
        if policy.isolates(direction) {
            policy.rules(direction).for_each(|rule| look(object, direction, rule, sink));
        }
    }
}

fn look(object: &Object<'_, '_>, direction: Direction, rule: Node<'_, '_>, sink: &mut Sink<'_>) {
    let all_ports = network_policy::allows_all_ports(rule);
    if direction == Direction::Egress && network_policy::allows_only(rule, &[53, 5353]) {
        return;
    }
    let Some((place, whom)) = everybody(direction, rule) else { return };
    let ports = if all_ports { "on every port" } else { "on some ports" };
    let message = match direction {
        Direction::Ingress => format!("NetworkPolicy `{}` lets {whom} in {ports}", object.name()),
        Direction::Egress => format!("NetworkPolicy `{}` lets pods out to {whom} {ports}", object.name()),
    };
    let report = Diagnostic::new(place, message).label("selects everything");
    // who names the ports has thought about it; a program that faces the internet needs it
    let severity = if all_ports { sink.severity() } else { Severity::Low };
    sink.report_as(severity, report);
}

/// Where a rule says that peers of any sort are meant, and which.
fn everybody(direction: Direction, rule: Node<'_, '_>) -> Option<(crate::yaml::Span, &'static str)> {
    let peers = Field::of(rule, direction.peers());
    let Some(peers) = peers.filter(|peers| peers.value.items().len() > 0) else {
        let place = peers.map_or_else(|| rule.entries().next().map_or(rule.span(), |(key, _)| key.span()), Field::span);
        return Some((place, if direction == Direction::Ingress { "everybody" } else { "everywhere" }));
    };
    peers.value.items().find_map(|node| {
        let peer = Peer::of(node);
        if let Some(cidr) = peer.every_address() {
            return Some((cidr.span(), "every address"));
        }
        let selector = peer.namespaces.filter(|_| peer.is_every_pod())?;
        Some((selector.span(), "every pod of every namespace"))
    })
}
