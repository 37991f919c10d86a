//! `retired-ingress-nginx`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::Object;
use crate::k8s::pod::Field;
use crate::k8s::resources::group_of;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "retired-ingress-nginx",
    summary: "an Ingress or class of the retired ingress-nginx",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[],
    why: "ingress-nginx was retired in March 2026: its repository is closed, and what is found in it is not mended any \
          more. Its annotations and the controller `k8s.io/ingress-nginx` show who uses it; the name of a class alone \
          says nothing. Snippets put text of whoever may write an Ingress into the configuration of the controller, \
          which reads every Secret: they are high. `ingress2gateway` translates most of it to the Gateway API.",
    prevents: "The next hole in the proxy stays open, and whoever may write an Ingress in one namespace reads the Secrets of all.",
    bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: \"true\"
spec:
  ingressClassName: web
  tls:
    - hosts: [shop.example.com]
      secretName: shop-tls
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
                  name: http
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    example.com/team: shop
spec:
  ingressClassName: web
  tls:
    - hosts: [shop.example.com]
      secretName: shop-tls
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
                  name: http
",
    fix: None,
    check: RuleKind::Object(check),
};

/// What its annotations begin with.
const PREFIX: &str = "nginx.ingress.kubernetes.io/";
/// What it calls itself.
const CONTROLLER: &str = "k8s.io/ingress-nginx";

const HELP: &str =
    "move to the Gateway API, or to a controller that is maintained; `ingress2gateway` translates most of it";

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if group_of(object.api_version) != "networking.k8s.io" {
        return;
    }
    match object.kind_name {
        "IngressClass" => class(object, sink),
        "Ingress" => ingress(object, sink),
        _ => {}
    }
}

fn class(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    let controller = object.root.get("spec").and_then(|spec| Field::of(spec, "controller"));
    if let Some(controller) = controller.filter(|it| it.value.as_str() == Some(CONTROLLER)) {
        let message = format!("the class `{}` is that of ingress-nginx, which is retired", object.name());
        sink.report(Diagnostic::new(controller.span(), message).label("no release mends it any more").help(HELP));
    }
}

fn ingress(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    let annotations = object.metadata.and_then(|metadata| metadata.get("annotations"));
    let fields = annotations.into_iter().flat_map(Node::fields);
    let own = fields.filter_map(|(key, _)| Some((key, key.text()?.strip_prefix(PREFIX)?)));
    let (snippets, others): (Vec<_>, Vec<_>) = own.partition(|(_, word)| word.ends_with("-snippet"));
    let name = object.name();
    if let Some((key, _)) = others.first() {
        let message = format!("the Ingress `{name}` is written for ingress-nginx, which is retired");
        sink.report(Diagnostic::new(key.span(), message).label("only ingress-nginx reads this").help(HELP));
    }
    for (key, word) in snippets {
        let message =
            format!("the Ingress `{name}` writes `{word}` into the configuration of the retired ingress-nginx");
        let report = Diagnostic::new(key.span(), message).label("runs in the controller, which reads every Secret");
        sink.report_as(Severity::High, report.help(HELP));
    }
}
