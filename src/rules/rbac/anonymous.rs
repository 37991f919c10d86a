//! `anonymous-binding`

use super::bound::{Roles, on_subject, reach, role_name, role_places};
use super::grants::describe;
use crate::rules::facts::{Binding, Facts};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "anonymous-binding",
    summary: "somebody without credentials gets a role",
    severity: Severity::Critical,
    category: Category::Security,
    on: true,
    controls: &[nsa("Authentication and authorization")],
    why: "`system:anonymous` is whoever reaches the API server and shows nothing; `system:unauthenticated` is the \
          group of them. A role for them is a role for everybody on the network, and where the API server faces the \
          internet, for the internet.",
    prevents: "Nobody can use the cluster who has no account in it.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: open
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: system:anonymous
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: open
  namespace: shop
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
        let is_named = |name: &str| matches!(name, "system:anonymous" | "system:unauthenticated");
        let subjects = binding.subjects.iter().enumerate();
        if let Some((index, subject)) = subjects.into_iter().find(|(_, subject)| is_named(&subject.name.text)) {
            let role = roles.get_or_insert_with(|| Roles::new(facts)).of(binding);
            let message = format!(
                "{} gets {} without credentials{}",
                describe(binding, subject),
                role_name(binding),
                reach(binding)
            );
            let severity = if shows_versions_only(binding) { Severity::Medium } else { Severity::Critical };
            let report = on_subject(binding, index, subject, "whoever reaches the API server", message);
            sink.report_as(severity, report.related_all(role_places(binding, role)));
        }
    }
}

/// Whether it is one of the bindings that clusters come with: the version and the health of the API server, and what kubeadm
/// shows to nodes that join.
fn is_default(binding: &Binding) -> bool {
    let role = binding.role.as_ref().map_or("", |role| &role.text);
    let is_join = role == "kubeadm:bootstrap-signer-clusterinfo" && binding.object.namespace() == Some("kube-public");
    is_join || (binding.names_cluster_role() && role == "system:public-info-viewer")
}

fn shows_versions_only(binding: &Binding) -> bool {
    let role = binding.role.as_ref().map_or("", |role| &role.text);
    binding.names_cluster_role() && matches!(role, "system:discovery" | "system:basic-user")
}
