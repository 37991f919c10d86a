//! `route-without-tls`

use std::collections::{HashMap, HashSet};

use crate::rules::facts::{Facts, Gateway, HttpRoute, Listener, Parent, PlainIngress};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::Span;

pub(super) static RULE: Rule = Rule {
    id: "route-without-tls",
    summary: "requests from outside come without encryption",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[nsa("Encryption")],
    why: "Without `tls` an Ingress takes requests as plain text: passwords, cookies and all. A Gateway is reported if \
          none of its listeners encrypts, and an HTTPRoute if it answers on a listener with `protocol: HTTP`; one \
          that only redirects, as to HTTPS, is not. A route whose Gateway is not in the input is not reported, nor \
          is an Ingress whose controller is told its certificate by an annotation.",
    prevents: "Nobody between the client and the cluster reads or changes what they say.",
    bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
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
    good: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  tls:
    - hosts:
        - shop.example.com
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
                  number: 80
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    for ingress in &facts.plain_ingresses {
        self::ingress(ingress, sink);
    }
    if facts.gateways.is_empty() {
        return;
    }
    let key = |gateway: &'_ Gateway| (gateway.object.namespace().map(str::to_owned), gateway.object.name().to_owned());
    let gateways: HashMap<_, &Gateway> = facts.gateways.iter().map(|gateway| (key(gateway), gateway)).collect();
    let mut listeners: HashMap<(*const Gateway, Option<&str>), (&str, Span)> = HashMap::new();
    for gateway in gateways.values() {
        for (name, protocol) in gateway.listeners.iter().filter_map(plain) {
            for wanted in [None, Some(name)] {
                listeners.entry((std::ptr::from_ref(*gateway), wanted)).or_insert((name, protocol));
            }
        }
    }
    // a Gateway with a route is spoken of at its route
    let mut routed = HashSet::new();
    for route in &facts.routes {
        for (index, parent) in route.parents.iter().enumerate() {
            let namespace = parent.namespace.as_deref().or(route.object.namespace()).map(str::to_owned);
            let name = (namespace, parent.name.text.to_string());
            if let Some(gateway) = gateways.get(&name) {
                let wanted = parent.listener.as_ref().map(|listener| &*listener.text);
                let listener = listeners.get(&(std::ptr::from_ref(*gateway), wanted)).filter(|_| !route.redirects);
                if let Some(listener) = listener {
                    self::route(route, index, parent, gateway, *listener, sink);
                }
                routed.insert(name);
            }
        }
    }
    for gateway in facts.gateways.iter().filter(|gateway| !routed.contains(&key(gateway))) {
        let all_plain = gateway.listeners.iter().all(|listener| listener.plain.is_some());
        if let (true, Some((_, protocol))) = (all_plain, gateway.listeners.iter().find_map(plain)) {
            let message = format!("{} has no listener with encryption", gateway.object);
            let place = gateway.object.at(protocol, "expected a listener with `HTTPS`");
            sink.report(gateway.object.diagnostic("spec.listeners", place, message));
        }
    }
}

fn ingress(ingress: &PlainIngress, sink: &mut Sink<'_>) {
    let object = &ingress.object;
    let message = match &*ingress.hosts {
        [] => format!("{object} takes requests without encryption"),
        [(_, host)] => format!("{object} takes requests for `{}` without encryption", host.text),
        [(_, host), _] => format!("{object} takes requests for `{}` and another host without encryption", host.text),
        [(_, host), others @ ..] => {
            format!("{object} takes requests for `{}` and {} other hosts without encryption", host.text, others.len())
        }
    };
    let hosts = ingress.hosts.iter().take(3).map(|(_, host)| object.at(host.span, "a host without a certificate"));
    let place = object.at(ingress.span, "expected `tls` with its hosts and the Secret of a certificate");
    sink.report(object.diagnostic("spec.tls", place, message).related_all(hosts.collect::<Vec<_>>()));
}

fn plain(listener: &Listener) -> Option<(&str, Span)> {
    listener.plain.as_ref().map(|protocol| (&*listener.name.text, protocol.span))
}

fn route(
    route: &HttpRoute,
    index: usize,
    parent: &Parent,
    gateway: &Gateway,
    (name, protocol): (&str, Span),
    sink: &mut Sink<'_>,
) {
    let object = &route.object;
    let word = parent.listener.as_ref().unwrap_or(&parent.name);
    let message = format!("{object} answers without encryption, on the listener `{name}` of {}", gateway.object);
    let label = if parent.listener.is_some() {
        "expected a listener with `HTTPS`"
    } else {
        "expected `sectionName` of a listener with `HTTPS`"
    };
    let report = object.diagnostic(format!("spec.parentRefs[{index}]"), object.at(word.span, label), message);
    sink.report(report.related_all([gateway.object.at(protocol, "this listener")]));
}
