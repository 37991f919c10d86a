//! `cluster-admin-binding`

use super::bound::{reach, who};
use crate::diagnostic::Location;
use crate::rules::facts::{Binding, Facts};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "cluster-admin-binding",
    summary: "somebody gets `cluster-admin`",
    severity: Severity::Critical,
    category: Category::Security,
    on: true,
    controls: &[cis("5.1.1"), nsa("Authentication and authorization")],
    why: "`cluster-admin` may do everything, in the whole cluster by a ClusterRoleBinding, or with everything in one \
          namespace by a RoleBinding, the Role and the quota of that namespace included. No app needs that, and \
          people need it for a broken cluster, not for their daily work.",
    prevents: "A stolen token of such an account is the cluster.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ci
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - kind: ServiceAccount
    name: ci
    namespace: shop
",
    good: "\
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
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: dev
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    for binding in &facts.bindings {
        let name = binding.role.as_ref().filter(|role| &*role.text == "cluster-admin" && binding.names_cluster_role());
        if let Some(role) = name
            && let Some(who) = who(binding)
            && !is_default(binding)
        {
            let message = format!("{who} can do anything{}", reach(binding));
            let place = binding.object.at(role.span, "everything is allowed");
            let subjects: Vec<Location> = binding
                .subjects
                .iter()
                .take(3)
                .map(|subject| binding.object.at(subject.name.span, "to this one"))
                .collect();
            let severity = if binding.is_cluster { Severity::Critical } else { Severity::High };
            let report = binding.object.diagnostic("roleRef.name", place, message);
            sink.report_as(
                severity,
                report.related_all(subjects).help("grant a role with what is needed, in the namespaces concerned"),
            );
        }
    }
}

/// Whether it is the binding that every cluster has.
fn is_default(binding: &Binding) -> bool {
    binding.is_cluster && binding.subjects.iter().all(|subject| &*subject.name.text == "system:masters")
}
