//! `everyone-binding`

use super::bound::{Roles, on_subject, reach, role_name, role_places};
use super::grants::describe;
use crate::rules::facts::{Binding, Facts};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "everyone-binding",
    summary: "everybody with any credentials gets a role",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[nsa("Authentication and authorization")],
    why: "`system:authenticated` is every user and every ServiceAccount; with some identity providers it is everybody \
          who has an account there at all, of whatever company. `system:serviceaccounts` is every pod of the cluster \
          that has a token. Both grow without anybody deciding it.",
    prevents: "The token of the least important pod has no rights that nobody intended.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: readers
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:authenticated
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: readers
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: dev
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let mut roles = None;
    for binding in facts.bindings.iter().filter(|binding| !is_default(binding)) {
        let is_named = |name: &str| matches!(name, "system:authenticated" | "system:serviceaccounts");
        let subjects = binding.subjects.iter().enumerate();
        if let Some((index, subject)) = subjects.into_iter().find(|(_, subject)| is_named(&subject.name.text)) {
            let role = roles.get_or_insert_with(|| Roles::new(facts)).of(binding);
            let (who, label) = match &*subject.name.text {
                "system:authenticated" => ("everybody with an account", "every user and every ServiceAccount"),
                _ => ("every ServiceAccount of the cluster", "every pod with a token"),
            };
            let name = describe(binding, subject);
            let message = format!("{who} ({name}) gets {}{}", role_name(binding), reach(binding));
            let severity = if binding.is_cluster { Severity::High } else { Severity::Medium };
            let report = on_subject(binding, index, subject, label, message);
            sink.report_as(severity, report.related_all(role_places(binding, role)));
        }
    }
}

/// Whether it is one of the bindings that every cluster has.
fn is_default(binding: &Binding) -> bool {
    const ROLES: [&str; 4] = [
        "system:basic-user",
        "system:discovery",
        "system:public-info-viewer",
        "system:service-account-issuer-discovery",
    ];
    let role = binding.role.as_ref().map_or("", |role| &role.text);
    binding.names_cluster_role() && ROLES.contains(&role)
}
