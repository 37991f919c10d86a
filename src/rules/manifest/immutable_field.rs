//! `immutable-field`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::validation::Change;
use crate::rules::path;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub(super) static RULE: Rule = Rule {
    id: "immutable-field",
    summary: "a change of a field that stays as it is",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Some fields are decided when an object is made: the selector of a workload, the template of a Job, the class of a claim, the \
          role of a binding. The API server refuses any other value later, and `kubectl apply` stops there. Only a comparison shows \
          it: `--against DIR|REF` compares with the manifests of a folder or of a git revision, such as what is deployed.",
    prevents: "A release fails half way in the cluster, over a change that every check of the manifest alone has passed.",
    bad: "\
# before: roleRef names the Role `read`
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: app
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: write
subjects:
  - kind: ServiceAccount
    name: app
",
    good: "\
# beside the binding to `read`, which stays or is deleted
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: app-write
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: write
subjects:
  - kind: ServiceAccount
    name: app
",
    fix: None,
    check: RuleKind::Engine,
};

/// What to say of a change.
pub(super) fn of(object: &Object<'_, '_>, change: &Change<'_, '_>) -> Diagnostic {
    let at = change.at;
    let path = match at.key {
        Some(key) => path::at(object.root, key.span()),
        None => path::of(object.root, at.node),
    };
    let path = match (change.gone, path.as_str()) {
        (Some(gone), "") => gone.to_owned(),
        (Some(gone), path) => format!("{path}.{gone}"),
        (None, path) => path.to_owned(),
    };
    let span = match (change.gone, at.key) {
        // of a field that is gone the key of what held it
        (Some(_), Some(key)) => key.span(),
        _ => at.span(),
    };
    let was = change.was.as_ref().map(|was| format!(": it was `{was}`")).unwrap_or_default();
    let message = match (change.why, change.gone) {
        (Some(why), _) => format!("`{path}` {why}"),
        (None, Some(_)) => format!("`{path}` may not be taken out once the object is there{was}"),
        (None, None) => format!("`{path}` may not change once the object is there{was}"),
    };
    let report = Diagnostic::new(span, message).label("the API server refuses the change").help(change.way_out);
    let report = report.at_path(path);
    if object.kind == Kind::Secret { report.hide([at.node.span()]) } else { report }
}
