//! `default-namespace`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "default-namespace",
    summary: "an app lives in the namespace `default`",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("5.6.4"), nsa("Namespaces")],
    why: "Rights, quotas, network policies and Pod Security levels go by namespace. In `default` lands what named none, so apps \
          there share all of these with whatever else came by mistake. Only a namespace that is written down is reported; where \
          none is, the tool that applies the manifest decides.",
    prevents: "A right that was granted for one app holds for its accidental neighbours too.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: default
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: shop
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if !is_of_an_app(object.kind) || object.namespace() != Some("default") {
        return;
    }
    // every cluster has these two there
    if matches!(object.name(), "kubernetes" | "kube-root-ca.crt") {
        return;
    }
    let Some(namespace) = object.metadata.and_then(|metadata| metadata.get("namespace")) else { return };
    let message = format!("{} `{}` lives in the namespace `default`", object.kind_name, object.name());
    sink.report(Diagnostic::new(namespace.span(), message).label("expected a namespace of its own"));
}

/// Whether an object makes or holds what an app consists of.
pub(super) fn is_of_an_app(kind: Kind) -> bool {
    kind.pod_path().is_some()
        || matches!(kind, Kind::Service | Kind::ConfigMap | Kind::Secret | Kind::Ingress | Kind::HTTPRoute)
}
