//! `api-persistent-volumes`

use super::dangers;
use crate::k8s::rbac::Danger;
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "api-persistent-volumes",
    summary: "a role can create PersistentVolumes",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.1.9"), nsa("Authentication and authorization")],
    why: "A PersistentVolume may be a `hostPath` of any node, and a pod that claims it passes the level `restricted`: Pod Security looks at the pod, not at the volume behind its claim. Storage classes create volumes without anybody having this right.",
    prevents: "An attacker cannot reach the disk of a node through a claim.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: operator
rules:
  - apiGroups: [\"\"]
    resources: [persistentvolumes]
    verbs: [get, create]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: operator
rules:
  - apiGroups: [\"\"]
    resources: [persistentvolumes]
    verbs: [get, list, watch]
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    dangers::report(facts, sink, |danger| danger == Danger::CreateVolumes);
}
