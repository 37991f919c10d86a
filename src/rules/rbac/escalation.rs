//! `api-escalation`

use super::dangers;
use crate::k8s::rbac::Danger;
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "api-escalation",
    summary: "a role lets its holder take rights that it was not given",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[
        cis("5.1.4"),
        cis("5.1.8"),
        cis("5.1.10"),
        cis("5.1.11"),
        cis("5.1.13"),
        nsa("Authentication and authorization"),
    ],
    why: "Some rights hand out more than they say. Who creates a pod, of whatever workload, runs as any ServiceAccount of the \
          namespace and reads any Secret there. Who may `exec` into a pod has its token. `bind`, `escalate` and `impersonate` \
          lift the limits of RBAC itself; `serviceaccounts/token`, approval of certificates and `nodes/proxy` (for which `get` \
          is enough) hand out the identity of others, and so do requests for the certificates of pods; trust bundles, and `attest` for their \
          signers, say whose certificates pods believe; who changes a namespace's labels lifts its Pod Security level.\n\n\
          A group of people that has exec, workloads, or roles within a namespace is not reported: it is what they deploy \
          with. The same in the hands of a ServiceAccount, or in every namespace, is.",
    prevents: "A stolen token of one small app does not become that of the strongest app in the namespace, or of the cluster.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: bot
  namespace: shop
rules:
  - apiGroups: [\"\"]
    resources: [pods/exec]
    verbs: [create]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: bot
  namespace: shop
rules:
  - apiGroups: [\"\"]
    resources: [pods, pods/log]
    verbs: [get, list, watch]
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    dangers::report(facts, sink, Danger::is_escalation);
}
