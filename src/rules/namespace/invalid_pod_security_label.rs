//! `invalid-pod-security-label`

use serde_json::json;

use crate::diagnostic::{Diagnostic, nearest};
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::k8s::pod_security::{Level, PolicyVersion};
use crate::k8s::version::Version;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::{Node, Span, edit};

pub(super) static RULE: Rule = Rule {
    id: "invalid-pod-security-label",
    summary: "a Pod Security label of a namespace has no meaning",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A label whose key is nearly right does nothing, without a word. One whose value is not a level, or not a \
          version such as `v1.36` or `latest`, makes the API server refuse the namespace; where it got in before, \
          `enforce` counts as `restricted`, and `warn` and `audit` count as `privileged`.",
    prevents: "A namespace is believed to be protected and is not, or cannot be created at all.",
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: \"1.36\"
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
    fix: Some(Safety::Unsafe),
    check: RuleKind::Object(check),
};

const PREFIX: &str = "pod-security.kubernetes.io/";
const KEYS: [&str; 6] = ["enforce", "enforce-version", "audit", "audit-version", "warn", "warn-version"];

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Namespace {
        return;
    }
    let labels = object.metadata.and_then(|metadata| metadata.get("labels"));
    for (key, value) in labels.into_iter().flat_map(Node::fields) {
        let Some(name) = key.text().and_then(|key| key.strip_prefix(PREFIX)) else { continue };
        let text = value.text().filter(|_| !value.is_null()).unwrap_or_default();
        let shown = if text.is_empty() { "an empty text".to_owned() } else { format!("`{text}`") };
        let what = if !KEYS.contains(&name) {
            let near = nearest(name, KEYS).map(|near| format!("{PREFIX}{near}"));
            let label = near.as_ref().map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            let fix = labels.zip(near).and_then(|(labels, near)| {
                sink.fix(|text| edit::rename(text, labels, key.text().unwrap_or_default(), &near))
            });
            let report =
                Diagnostic::new(key.span(), format!("`{PREFIX}{name}` is not a Pod Security label")).label(label);
            sink.report(report.fix(Safety::Unsafe, "write the label that was meant", fix));
            continue;
        } else if name.ends_with("-version") {
            if PolicyVersion::parse(text, sink.settings.kubernetes).is_some() {
                continue;
            }
            "version of the Pod Security Standards"
        } else {
            if Level::parse(text).is_some() {
                continue;
            }
            "Pod Security level"
        };
        let meant = meant(text, sink.settings.kubernetes);
        let path = ["metadata", "labels", key.text().unwrap_or_default()];
        let fix = meant.as_ref().and_then(|meant| sink.fix(|text| edit::set(text, object.root, &path, &json!(meant))));
        let label = match &meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if name.ends_with("-version") => "expected `latest` or a version such as `v1.36`".to_owned(),
            None => "expected restricted, baseline or privileged".to_owned(),
        };
        sink.report(Diagnostic::new(place(key, value), format!("{shown} is not a {what}")).label(label).fix(
            Safety::Unsafe,
            "write the value that was meant",
            fix,
        ));
    }
}

/// The version or the level near a text.
fn meant(text: &str, release: Version) -> Option<String> {
    let version = format!("v{text}");
    if PolicyVersion::parse(&version, release).is_some() {
        return Some(version);
    }
    let lower = text.to_lowercase();
    nearest(&lower, Level::ALL.map(Level::as_str)).map(str::to_owned)
}

/// The value, or the key where the value is empty.
fn place(key: Node<'_, '_>, value: Node<'_, '_>) -> Span {
    if value.span().is_empty() { Field { key, value }.span() } else { value.span() }
}
