//! `no-pod-security-warning`

use serde_json::json;

use super::{enforced, label};
use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "no-pod-security-warning",
    summary: "nothing shows what the level `restricted` would refuse in a namespace",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "Where less than `restricted` is enforced, the labels `warn` and `audit` at `restricted` cost nothing: they tell who \
          applies a manifest, and the audit log, what the stricter level would say. Off, since it only informs.",
    prevents: "Nobody notices that everything in the namespace could live with a stricter level, and it keeps the weaker level.",
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
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
    fix: Some(Safety::Safe),
    check: RuleKind::Object(check),
};

const WARN: &str = "pod-security.kubernetes.io/warn";
const AUDIT: &str = "pod-security.kubernetes.io/audit";

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Namespace {
        return;
    }
    let Some(level) = enforced(object) else { return };
    let restricted = Level::Restricted.as_str();
    let is_restricted = |key: &str| label(object, key).and_then(|label| label.value.as_str()) == Some(restricted);
    let lax = level.value.as_str().and_then(Level::parse).is_some_and(|level| level < Level::Restricted);
    if !lax || is_restricted(WARN) || is_restricted(AUDIT) {
        return;
    }
    let fix = sink.fix(|text| edit::set(text, object.root, &["metadata", "labels", WARN], &json!(restricted)));
    let message = format!("nothing shows what the level restricted would refuse in the namespace `{}`", object.name());
    sink.report(
        Diagnostic::new(level.key.span(), message).label(format!("expected `{WARN}: {restricted}` beside it")).fix(
            Safety::Safe,
            "warn at the level restricted",
            fix,
        ),
    );
}
