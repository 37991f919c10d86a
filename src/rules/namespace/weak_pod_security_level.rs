//! `weak-pod-security-level`

use serde_json::json;

use super::enforced;
use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod_security::{Level, labels};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa};
use crate::rules::sink::Sink;
use crate::yaml::{Node, edit};

pub(super) static RULE: Rule = Rule {
    id: "weak-pod-security-level",
    summary: "a namespace enforces a weaker Pod Security level than is required",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.2.1"), nsa("Pod security enforcement")],
    why: "The level that the API server enforces is what counts in the end; `warn` and `audit` stop nothing. It should \
          be at least what `--level` requires. Without `--level`, only `privileged` is reported, which allows \
          everything.",
    prevents: "A pod that the checks of a pipeline would have refused is created past the pipeline.",
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: privileged
    pod-security.kubernetes.io/warn: restricted
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/warn: restricted
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Namespace {
        return;
    }
    let least = sink.settings.level.unwrap_or(Level::Baseline);
    let Some(field) = enforced(object) else { return };
    let Some(level) = Node::as_str(field.value).and_then(Level::parse).filter(|level| *level < least) else { return };
    let fix =
        sink.fix(|text| edit::set(text, object.root, &["metadata", "labels", labels::ENFORCE], &json!(least.as_str())));
    let message = format!("the namespace `{}` enforces the level {} only", object.name(), level.as_str());
    sink.report(
        Diagnostic::new(field.value.span(), message).label(format!("expected `{}` or stricter", least.as_str())).fix(
            Safety::Unsafe,
            format!("enforce the level {}", least.as_str()),
            fix,
        ),
    );
}
