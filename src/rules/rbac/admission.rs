//! `api-admission`

use super::dangers;
use crate::k8s::rbac::Danger;
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "api-admission",
    summary: "a role can change what the API server admits",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.1.12"), nsa("Authentication and authorization")],
    why: "A webhook sees every object that passes it, Secrets included, and may change it. Admission policies are what keeps others from doing harm: who can delete one is not bound by it. An APIService moves a whole API group to a server of its owner.",
    prevents: "Nobody with this role can read all Secrets in passing, add a container to every pod, or switch a guard off.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: operator
rules:
  - apiGroups: [admissionregistration.k8s.io]
    resources: [validatingwebhookconfigurations]
    verbs: [get, patch]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: operator
rules:
  - apiGroups: [admissionregistration.k8s.io]
    resources: [validatingwebhookconfigurations]
    verbs: [get, list, watch]
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    dangers::report(facts, sink, |danger| danger == Danger::ChangeAdmission);
}
