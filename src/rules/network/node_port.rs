//! `node-port`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "node-port",
    summary: "a Service opens a port on every node",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[nsa("Network policies")],
    why: "`type: NodePort` opens the port on all nodes, past the Ingress or Gateway with its TLS and its login, for \
          whoever reaches a node. NetworkPolicies often see the address of a node as the sender and cannot tell who \
          it is.",
    prevents: "The app is not reachable around the way that was made for it.",
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort
  selector:
    app: web
  ports:
    - port: 80
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: ClusterIP
  selector:
    app: web
  ports:
    - port: 80
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Service {
        return;
    }
    let Some(spec) = object.root.get("spec") else { return };
    if let Some(kind) = Field::of(spec, "type").filter(|kind| kind.value.as_str() == Some("NodePort")) {
        let message = format!("Service `{}` opens a port on every node", object.name());
        // the numbers of ports on nodes are refused with the other type
        let has_numbers =
            spec.get("ports").is_some_and(|ports| ports.items().any(|port| port.get("nodePort").is_some()));
        let fix = sink.fix(|text| edit::set(text, spec, &["type"], &json!("ClusterIP")).filter(|_| !has_numbers));
        let report = Diagnostic::new(kind.span(), message).label("expected `ClusterIP`, behind an Ingress or Gateway");
        sink.report(report.fix(Safety::Unsafe, "set `type: ClusterIP`", fix));
    }
}
