//! `ingress-without-host`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::{Field, head};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "ingress-without-host",
    summary: "a rule of an Ingress takes requests for every host",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[nsa("Network policies")],
    why: "A rule without `host` holds for every name, and for the bare address of the load balancer: for names of \
          others too that have no rule of their own. Scanners find it without knowing a name.",
    prevents: "A tool that was meant for one name does not answer on all of them.",
    bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  tls:
    - secretName: shop-tls
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  tls:
    - secretName: shop-tls
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Ingress {
        return;
    }
    for rule in object.root.path(&["spec", "rules"]).into_iter().flat_map(Node::items) {
        let host = Field::of(rule, "host");
        if host.is_none_or(|host| host.value.as_str() == Some("")) {
            let message = format!("Ingress `{}` takes requests for every host", object.name());
            sink.report(
                Diagnostic::new(host.map_or_else(|| head(rule), Field::span), message).label("expected `host`"),
            );
        }
    }
}
