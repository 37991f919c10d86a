//! `hidden-client-address`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "hidden-client-address",
    summary: "a Service hides the addresses of its clients",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[nsa("Network policies")],
    why: "With `externalTrafficPolicy: Cluster`, the default, a node may pass a connection on to another, and the pod \
          sees the node's address: logs name the wrong one, and a NetworkPolicy with an `ipBlock` for clients cannot \
          work. With `Local` it sees the client, but only nodes with a pod answer.",
    prevents: "An attack can be traced to an address, and blocked by it.",
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  selector:
    app: web
  ports:
    - port: 443
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  selector:
    app: web
  ports:
    - port: 443
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Service {
        return;
    }
    let Some(spec) = object.root.get("spec") else { return };
    let is_open = |kind: &Field<'_, '_>| matches!(kind.value.as_str(), Some("LoadBalancer" | "NodePort"));
    let Some(kind) = Field::of(spec, "type").filter(is_open) else { return };
    let policy = Field::of(spec, "externalTrafficPolicy");
    if policy.is_some_and(|policy| policy.value.as_str() == Some("Local")) {
        return;
    }
    let message = format!("Service `{}` hides the addresses of its clients", object.name());
    let fix = sink.fix(|text| edit::set(text, spec, &["externalTrafficPolicy"], &json!("Local")));
    let report =
        Diagnostic::new(policy.unwrap_or(kind).span(), message).label("expected `externalTrafficPolicy: Local`");
    sink.report(report.fix(Safety::Unsafe, "set `externalTrafficPolicy: Local`", fix));
}
