//! `broad-role-binding`

use super::bound::{reach, who};
use super::grants::is_person;
use crate::diagnostic::Location;
use crate::rules::facts::{Binding, Facts, SubjectKind};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "broad-role-binding",
    summary: "a built-in role gives an app, or the whole cluster, more than it shows",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.1.2"), cis("5.1.4"), cis("5.1.8"), nsa("Authentication and authorization")],
    why: "The built-in `edit` reads every Secret of a namespace, runs any image as any of its ServiceAccounts, makes \
          tokens of them and acts as them; `admin` also hands out roles. They are made for people, within a \
          namespace. Some `system:` roles are as strong in the whole cluster.\n\n\
          A group of people that gets `admin` or `edit` in a namespace is not reported.",
    prevents: "A stolen token of an app with `edit` does not give away the other apps of the namespace, or of all \
          namespaces.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ci
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: edit
subjects:
  - kind: ServiceAccount
    name: ci
    namespace: shop
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: dev
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: edit
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: dev
",
    fix: None,
    check: RuleKind::Set(check),
};

/// Built-in roles with what they let their holder do, and whether they do so only in the whole cluster.
const ROLES: [(&str, &str, bool); 7] = [
    ("admin", "read all Secrets, run any image, act as any ServiceAccount and hand out roles", false),
    ("edit", "read all Secrets, run any image and act as any ServiceAccount", false),
    ("system:aggregate-to-admin", "make tokens of all ServiceAccounts and hand out roles", false),
    ("system:aggregate-to-edit", "read all Secrets, run any image and act as any ServiceAccount", false),
    ("system:controller:clusterrole-aggregation-controller", "grant rights that it does not have", true),
    ("system:kube-controller-manager", "read all Secrets and make tokens of all ServiceAccounts", true),
    ("system:kubelet-api-admin", "run commands in all pods through the kubelet", true),
];

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    for binding in facts.bindings.iter().filter(|binding| binding.names_cluster_role()) {
        let Some(role) = &binding.role else { continue };
        let Some((_, clause, whole)) = ROLES.iter().find(|(name, ..)| **name == *role.text) else { continue };
        if (*whole && !binding.is_cluster) || is_fine(binding) {
            continue;
        }
        let Some(who) = who(binding) else { continue };
        let message = format!("{who} can {clause}{}", reach(binding));
        let place = binding.object.at(role.span, "grants more than it shows");
        let subjects: Vec<Location> = binding
            .subjects
            .iter()
            .take(3)
            .map(|subject| binding.object.at(subject.name.span, "to this one"))
            .collect();
        let severity = if binding.is_cluster { Severity::High } else { Severity::Medium };
        let report = binding.object.diagnostic("roleRef.name", place, message);
        let report = report.related_all(subjects).help("grant a role of its own with what it needs");
        sink.report_as(severity, report);
    }
}

/// Whether only those get the role whom it is made for: people in a namespace, or the parts of Kubernetes.
fn is_fine(binding: &Binding) -> bool {
    binding.subjects.iter().all(|subject| {
        let name = &subject.name.text;
        let is_part = subject.kind == SubjectKind::User && name.starts_with("system:kube-");
        let is_controller =
            subject.kind == SubjectKind::ServiceAccount && subject.namespace.as_deref() == Some("kube-system");
        (!binding.is_cluster && is_person(subject)) || is_part || (is_controller && name.ends_with("-controller"))
    })
}
