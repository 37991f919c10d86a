//! `unpinned-pod-security-version`

use serde_json::json;

use super::{enforced, label};
use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::k8s::pod_security::{Level, labels};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::{Node, edit};

pub(super) static RULE: Rule = Rule {
    id: "unpinned-pod-security-version",
    summary: "what a namespace enforces changes with the release of the cluster",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "Each release may change the policy: 1.34 refuses hosts in probes, 1.35 lets pods with user namespaces run as root. \
          Without `enforce-version`, or with `latest`, an upgrade of the cluster changes what a namespace takes, and so it does \
          with a version that the cluster does not know yet. Pinned, it changes when somebody decides so; `warn-version: latest` \
          tells what that would be. Off, since many prefer to follow the release.",
    prevents: "After an upgrade pods are refused that ran before, or accepted that should not.",
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: latest
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: v1.36
",
    fix: Some(Safety::Safe),
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Namespace {
        return;
    }
    let Some(level) = enforced(object) else { return };
    if level.value.as_str() == Some(Level::Privileged.as_str()) {
        return;
    }
    let version = label(object, labels::ENFORCE_VERSION);
    let written = version.and_then(|version| Node::text(version.value));
    // a version that is yet to come is what the API server has, and changes with that
    let is_to_come = |text: &str| {
        let minor = text.strip_prefix("v1.").and_then(|minor| minor.parse::<u16>().ok());
        minor.is_some_and(|minor| minor > u16::from(sink.settings.kubernetes.minor()))
    };
    if written.is_some_and(|text| text != "latest" && !is_to_come(text)) {
        return;
    }
    let pinned = format!("v{}", sink.settings.kubernetes);
    let path = ["metadata", "labels", labels::ENFORCE_VERSION];
    let fix = sink.fix(|text| edit::set(text, object.root, &path, &json!(pinned)));
    let message = format!("what the namespace `{}` enforces changes with the release of the cluster", object.name());
    sink.report(
        Diagnostic::new(version.map_or(level.key.span(), Field::span), message)
            .label(format!("expected a version, as in `enforce-version: {pinned}`"))
            .fix(Safety::Safe, format!("pin the version {pinned}"), fix),
    );
}
