//! `gateway-open-to-all`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "gateway-open-to-all",
    summary: "a Gateway takes routes from every namespace",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[nsa("Network policies")],
    why: "With `from: All` whoever may create a route anywhere in the cluster can attach it: to a host name of another \
          team, under its certificate. The default is the Gateway's own namespace; `Selector` names those that may.",
    prevents: "A namespace for experiments cannot take over the paths of the shop.",
    bad: "\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: public
spec:
  gatewayClassName: acme
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:
          - name: shop-tls
      allowedRoutes:
        namespaces:
          from: All
",
    good: "\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: public
spec:
  gatewayClassName: acme
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:
          - name: shop-tls
      allowedRoutes:
        namespaces:
          from: Selector
          selector:
            matchLabels:
              example.com/public: \"true\"
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Gateway {
        return;
    }
    for listener in object.root.path(&["spec", "listeners"]).into_iter().flat_map(Node::items) {
        let from = listener.path(&["allowedRoutes", "namespaces"]).and_then(|namespaces| Field::of(namespaces, "from"));
        // a listener for one host name lends out nothing but this name
        if let Some(from) = from.filter(|from| from.value.as_str() == Some("All")) {
            let name = listener.get("name").and_then(Node::as_str).unwrap_or("");
            let message = format!("listener `{name}` of Gateway `{}` takes routes from every namespace", object.name());
            sink.report(Diagnostic::new(from.span(), message).label("expected `Same`, or `Selector` with a label"));
        }
    }
}
