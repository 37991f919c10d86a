//! `api-nodes`

use super::dangers;
use crate::k8s::rbac::Danger;
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "api-nodes",
    summary: "a role can change nodes",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[nsa("Authentication and authorization")],
    why: "Labels and taints of nodes decide which pods run where; the status says what a node can carry. Who deletes a node evicts all its pods. That is work for the kubelet and for the autoscaler.",
    prevents: "An attacker cannot draw pods with strong tokens onto a node that it owns, or empty the nodes one by one.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: operator
rules:
  - apiGroups: [\"\"]
    resources: [nodes]
    verbs: [get, patch]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: operator
rules:
  - apiGroups: [\"\"]
    resources: [nodes]
    verbs: [get, list, watch]
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    dangers::report(facts, sink, |danger| danger == Danger::ChangeNodes);
}
