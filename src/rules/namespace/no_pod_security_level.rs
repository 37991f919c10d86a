//! `no-pod-security-level`

use serde_json::json;

use super::{SYSTEM, labels_place};
use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod_security::{Level, labels};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa};
use crate::rules::sink::Sink;
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "no-pod-security-level",
    summary: "a namespace enforces no Pod Security level",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.2.1"), nsa("Pod security enforcement")],
    why: "Without the label `pod-security.kubernetes.io/enforce` a namespace takes any pod, unless the API server was configured \
          otherwise. What the manifests in version control look like is then no limit for who may create pods there.",
    prevents: "Anyone who may create a pod in the namespace, or takes over something that may, starts a privileged one and owns \
               the node.",
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Namespace || SYSTEM.contains(&object.name()) || object.label(labels::ENFORCE).is_some() {
        return;
    }
    let level = sink.settings.level.unwrap_or(Level::Restricted).as_str();
    let fix = sink.fix(|text| edit::set(text, object.root, &["metadata", "labels", labels::ENFORCE], &json!(level)));
    let message = format!("the namespace `{}` enforces no Pod Security level", object.name());
    sink.report(
        Diagnostic::new(labels_place(object), message)
            .label(format!("expected the label `{}: {level}`", labels::ENFORCE))
            .fix(Safety::Unsafe, format!("enforce the level {level}"), fix),
    );
}
