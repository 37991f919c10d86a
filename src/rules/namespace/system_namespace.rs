//! `system-namespace`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::Object;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "system-namespace",
    summary: "an app lives in a namespace of Kubernetes itself",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: false,
    controls: &[cis("5.6.1")],
    why: "`kube-system` holds what runs the cluster: its accounts have wide rights, its Secrets open much, and policies mostly \
          leave it out. Off, since parts of a cluster, such as its network, belong there.",
    prevents: "A right to read Secrets or to create pods that an app gets in its own namespace becomes one over the \
               cluster.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: kube-system
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
    if object.kind.pod_path().is_none() || !object.namespace().is_some_and(|namespace| SYSTEM.contains(&namespace)) {
        return;
    }
    let Some(namespace) = object.metadata.and_then(|metadata| metadata.get("namespace")) else { return };
    let name = namespace.text().unwrap_or_default();
    let message = format!("{} `{}` lives in the namespace `{name}` of Kubernetes", object.kind_name, object.name());
    sink.report(Diagnostic::new(namespace.span(), message).label("expected a namespace of its own"));
}

/// The namespaces that Kubernetes makes for itself.
pub(crate) const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];
