//! `missing-backend`

use std::collections::{HashMap, HashSet};

use crate::rules::facts::{Facts, Port, ServicePorts};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "missing-backend",
    summary: "an Ingress or route to a Service or port that is not there",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "An Ingress or a route names the Service that answers and one of its ports, by number or by name. The API \
          server does not look whether they are there. A Service is missed only where the file of the route has other \
          Services of its namespace; a port, wherever its Service is.",
    prevents: "The page is an error of the proxy, after a deployment in which everything was applied well.",
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
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
                  number: 8080
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
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
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    if facts.backends.is_empty() {
        return;
    }
    let mut known: HashMap<(Option<&str>, &str), Vec<&ServicePorts>> = HashMap::new();
    let mut neighbours = HashSet::new();
    for service in &facts.service_ports {
        let object = &service.object;
        known.entry((object.namespace(), object.name())).or_default().push(service);
        neighbours.insert((object.namespace(), object.file));
    }
    for backend in &facts.backends {
        let object = &backend.object;
        let namespace = backend.namespace.as_deref().or(object.namespace());
        let name = &backend.service.text;
        let Some(services) = known.get(&(namespace, &**name)) else {
            if neighbours.contains(&(namespace, object.file)) {
                let message = format!("{object} sends to the Service `{name}`, which the input does not have");
                let place = object.at(backend.service.span, "no Service of this name");
                sink.report(object.diagnostic(backend.path.clone(), place, message));
            }
            continue;
        };
        let Some((port, span)) = &backend.port else { continue };
        if services.iter().any(|service| service.has(port)) {
            continue;
        }
        let shown = match port {
            Port::Number(number) => number.to_string(),
            Port::Name(name) => format!("`{name}`"),
        };
        let message = format!("{object} sends to port {shown} of the Service `{name}`, which it does not have");
        let place = object.at(*span, "no such port");
        let related = services.first().map(|service| service.object.place("the Service"));
        sink.report(object.diagnostic(format!("{}.port", backend.path), place, message).related_all(related));
    }
}
