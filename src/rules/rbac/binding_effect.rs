//! `binding-without-effect`

use std::collections::HashMap;

use super::bound::{Roles, on_subject};
use crate::k8s::rbac;
use crate::rules::facts::{Binding, Facts, Role, Subject, SubjectKind, Word};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "binding-without-effect",
    summary: "a binding names a role or a subject that cannot be meant",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The API server takes a binding to a role that is not there, and to users and groups of any name. A \
          RoleBinding finds a Role only in its own namespace, and a ClusterRole only if `roleRef.kind` says so; a \
          ServiceAccount is not a group. A `roleRef` cannot be changed later: the binding must be made anew.\n\nA role \
          that is nowhere in the input may be in the cluster, and is not reported unless one like it is in the input.",
    prevents: "Nobody hands out a stronger role because the right one seems not to work.",
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: web
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: web
subjects:
  - kind: ServiceAccount
    name: web
    namespace: shop
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: web
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
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: web
  namespace: shop
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    if facts.bindings.is_empty() {
        return;
    }
    let roles = Roles::new(facts);
    let mut namesakes: HashMap<&str, Vec<&Role>> = HashMap::new();
    for role in &facts.roles {
        namesakes.entry(role.object.name()).or_default().push(role);
    }
    for binding in &facts.bindings {
        if let (Some(kind), Some(name)) = (&binding.role_kind, &binding.role) {
            let namesakes = namesakes.get(&*name.text).map_or(&[][..], Vec::as_slice);
            role(binding, kind, name, &roles, namesakes, sink);
        }
        for (index, subject) in binding.subjects.iter().enumerate() {
            if let Some((message, label)) = subject_fault(binding, subject) {
                sink.report(on_subject(binding, index, subject, label, message));
            }
        }
    }
}

fn role<'f>(
    binding: &'f Binding,
    kind: &Word,
    name: &Word,
    roles: &Roles<'f>,
    namesakes: &[&Role],
    sink: &mut Sink<'_>,
) {
    let object = &binding.object;
    if binding.is_cluster && &*kind.text == "Role" {
        let message = format!("the API server refuses {object}: it cannot name a Role");
        let place = object.at(kind.span, "expected `ClusterRole`, or a RoleBinding in the namespace of the Role");
        sink.report(object.diagnostic("roleRef.kind", place, message));
        return;
    }
    if roles.of(binding).is_some() || (binding.names_cluster_role() && rbac::is_built_in(&name.text)) {
        return;
    }
    let Some(other) = namesakes.first() else { return };
    let message = format!("{object} grants nothing: there is no {} `{}` for it", kind.text, name.text);
    let (path, word, label) = match (binding.names_cluster_role(), other.is_cluster) {
        (true, false) if binding.is_cluster => {
            ("roleRef.kind", kind, "this is a Role, of which a ClusterRoleBinding cannot make use")
        }
        (true, false) => ("roleRef.kind", kind, "expected `Role`"),
        (false, true) => ("roleRef.kind", kind, "expected `ClusterRole`"),
        _ => ("roleRef.name", name, "only a Role in the namespace of the binding can be meant"),
    };
    let place = object.at(word.span, label);
    sink.report(object.diagnostic(path, place, message).related_all([other.object.place("the role of that name")]));
}

/// What is wrong with a subject, and what was expected.
fn subject_fault(binding: &Binding, subject: &Subject) -> Option<(String, &'static str)> {
    let name = &*subject.name.text;
    let user = name.starts_with("system:serviceaccount:");
    match subject.kind {
        SubjectKind::Group if user => Some((
            format!("there is no group `{name}`: a ServiceAccount is not a group"),
            "expected `kind: ServiceAccount`",
        )),
        SubjectKind::ServiceAccount if name.contains(':') => {
            Some((format!("no ServiceAccount is called `{name}`"), "expected its name alone, with `namespace`"))
        }
        SubjectKind::ServiceAccount if binding.is_cluster && subject.namespace.is_none() => {
            let message =
                format!("the API server refuses {}: ServiceAccount `{name}` has no namespace", binding.object);
            Some((message, "expected `namespace` beside it"))
        }
        _ => None,
    }
}
