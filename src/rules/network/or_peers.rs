//! `network-policy-or-peers`

use crate::diagnostic::Diagnostic;
use crate::k8s::network_policy::{Direction, NetworkPolicy, Peer, is_everything};
use crate::k8s::object::Object;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "network-policy-or-peers",
    summary: "two peers of a NetworkPolicy read as if both had to hold",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[nsa("Network policies")],
    why: "Members of `from` and `to` are alternatives. A `namespaceSelector` in one and a `podSelector` in the next \
          means every pod of that namespace, and besides these pods of the policy's own namespace. Both selectors in \
          one member, without the second dash, mean these pods of that namespace. Only a list of just these two is \
          reported.",
    prevents: "The test pods of the namespace are not let in along with the one app that was meant.",
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: backend
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: backend
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: front
        - podSelector:
            matchLabels:
              app: frontend
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: backend
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: backend
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: front
          podSelector:
            matchLabels:
              app: frontend
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    let Some(policy) = NetworkPolicy::of(object) else { return };
    for direction in Direction::ALL {
        for peers in policy.rules(direction).filter_map(|rule| rule.get(direction.peers())) {
            look(object, peers, sink);
        }
    }
}

fn look(object: &Object<'_, '_>, peers: Node<'_, '_>, sink: &mut Sink<'_>) {
    let mut items = peers.items().map(Peer::of);
    let (Some(first), Some(second), None) = (items.next(), items.next(), items.next()) else { return };
    let (Some(namespaces), None) = (first.namespaces, first.pods) else { return };
    let (Some(pods), None) = (second.pods, second.namespaces) else { return };
    // what selects everything is meant to stand alone
    if is_everything(namespaces.value) || is_everything(pods.value) {
        return;
    }
    let message = format!("NetworkPolicy `{}` allows every pod of a namespace, or pods of its own", object.name());
    let report = Diagnostic::new(pods.span(), message)
        .label("these pods of the policy's own namespace; for both, take the dash away")
        .related(namespaces.span(), "every pod of these namespaces");
    sink.report(report);
}
