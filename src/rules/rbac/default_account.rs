//! `default-account-binding`

use super::bound::{Roles, on_subject, reach, role_name, role_places};
use super::grants::describe;
use crate::rules::facts::{Facts, Subject, SubjectKind};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "default-account-binding",
    summary: "the `default` ServiceAccount of a namespace gets a role",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("5.1.5"), nsa("Authentication and authorization")],
    why: "Every pod that names no ServiceAccount runs as `default`. A role for it is a role for all of them, those \
          that somebody adds next year included. `system:serviceaccounts:<namespace>` is the group of all accounts \
          of a namespace and reaches even further.",
    prevents: "A pod that needs nothing from the API gets nothing, whoever forgot to say so.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: web
subjects:
  - kind: ServiceAccount
    name: default
    namespace: shop
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: web
subjects:
  - kind: ServiceAccount
    name: web
    namespace: shop
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let mut roles = None;
    for binding in &facts.bindings {
        for (index, subject) in binding.subjects.iter().enumerate() {
            let Some(label) = meaning(subject) else { continue };
            let role = roles.get_or_insert_with(|| Roles::new(facts)).of(binding);
            let message = format!("{} gets {}{}", describe(binding, subject), role_name(binding), reach(binding));
            let report = on_subject(binding, index, subject, label, message);
            sink.report(
                report
                    .related_all(role_places(binding, role))
                    .help("give the app that needs it a ServiceAccount of its own"),
            );
        }
    }
}

/// Whom the subject stands for, if it is one of those that pods get without asking.
fn meaning(subject: &Subject) -> Option<&'static str> {
    let name = &*subject.name.text;
    let user = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    match subject.kind {
        SubjectKind::ServiceAccount => name == "default",
        SubjectKind::User => user.is_some_and(|(_, account)| account == "default"),
        SubjectKind::Group => {
            return name
                .starts_with("system:serviceaccounts:")
                .then_some("every pod of the namespace that has a token");
        }
    }
    .then_some("every pod that names no account")
}
