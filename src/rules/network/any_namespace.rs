//! `any-namespace-peer`

use crate::diagnostic::Diagnostic;
use crate::k8s::network_policy::{Direction, NetworkPolicy, Peer, is_everything};
use crate::k8s::object::Object;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "any-namespace-peer",
    summary: "a NetworkPolicy lets in pods with a label from whatever namespace",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[nsa("Network policies")],
    why: "`namespaceSelector: {}` beside a `podSelector` means pods with these labels in every namespace. Labels of \
          pods are free: who may create a pod anywhere in the cluster puts them on and is let in.",
    prevents: "An attacker in a test namespace cannot pass for the frontend of production.",
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
        - namespaceSelector: {}
          podSelector:
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
              kubernetes.io/metadata.name: shop
          podSelector:
            matchLabels:
              app: frontend
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    let Some(policy) = NetworkPolicy::of(object).filter(|policy| policy.isolates(Direction::Ingress)) else { return };
    for node in policy.rules(Direction::Ingress).filter_map(|rule| rule.get("from")).flat_map(Node::items) {
        let peer = Peer::of(node);
        if let (Some(namespaces), Some(_)) = (peer.namespaces, peer.pods)
            && is_everything(namespaces.value)
            && !peer.is_every_pod()
        {
            let message = format!("NetworkPolicy `{}` lets in pods with a label from every namespace", object.name());
            let report = Diagnostic::new(namespaces.span(), message).label("every namespace; expected `matchLabels`");
            sink.report(
                report.help("`kubernetes.io/metadata.name` is a label that every namespace has, and nobody can fake"),
            );
        }
    }
}
