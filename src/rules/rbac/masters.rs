//! `masters-binding`

use super::bound::{on_subject, role_name};
use crate::rules::facts::{Facts, SubjectKind};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "masters-binding",
    summary: "the group `system:masters` gets a role",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("5.1.7"), nsa("Authentication and authorization")],
    why: "Members of `system:masters` bypass all authorization: neither RBAC nor a webhook can limit them, and a \
          certificate that names the group cannot be revoked. A role for the group changes nothing; that somebody \
          writes it says that the group is in use.",
    prevents: "No certificate or proxy hands out rights that cannot be taken back.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ops
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:masters
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ops
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: ops
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    for binding in &facts.bindings {
        // every cluster binds `cluster-admin` to the group
        if binding.role.as_ref().is_some_and(|role| &*role.text == "cluster-admin") {
            continue;
        }
        for (index, subject) in binding.subjects.iter().enumerate() {
            if subject.kind == SubjectKind::Group && &*subject.name.text == "system:masters" {
                let message = format!("group `system:masters`, which may do anything, gets {}", role_name(binding));
                let report = on_subject(binding, index, subject, "bypasses all authorization", message);
                sink.report(report.help("use a group of your own, and leave `system:masters` empty"));
            }
        }
    }
}
