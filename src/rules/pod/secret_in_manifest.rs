//! `secret-in-manifest`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "secret-in-manifest",
    summary: "a Secret is there with its values",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: false,
    controls: &[cis("5.4.2"), nsa("Secrets")],
    why: "Base64 hides nothing. A Secret in a repository is known to all who may read that, and stays in its history. An operator \
          that fetches it from a store, or one that decrypts it in the cluster, keeps the value out. Off, since it is right for \
          what comes from a live cluster, and for what a pipeline made a moment ago.",
    prevents: "A copy of the repository is a copy of all passwords.",
    bad: "\
apiVersion: v1
kind: Secret
metadata:
  name: db
stringData:
  password: hunter2
",
    good: "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: db
spec:
  secretStoreRef:
    kind: SecretStore
    name: vault
  target:
    name: db
  dataFrom:
    - extract:
        key: shop/db
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Secret {
        return;
    }
    for field in ["data", "stringData"].into_iter().filter_map(|name| Field::of(object.root, name)) {
        let is_filled = |text: &str| !text.is_empty();
        if !field.value.fields().any(|(_, value)| !value.is_null() && value.text().is_some_and(is_filled)) {
            continue;
        }
        let message = format!("the Secret `{}` is there with its values", object.name());
        let report =
            Diagnostic::new(field.key.span(), message).label("expected to be fetched or decrypted in the cluster");
        sink.report(report.hide([field.value.span()]).hide([field.value.origin()]));
    }
}
