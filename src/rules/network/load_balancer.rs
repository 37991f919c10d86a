//! `open-load-balancer`

use crate::diagnostic::Diagnostic;
use crate::k8s::network::Cidr;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::Sink;
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "open-load-balancer",
    summary: "a load balancer takes connections from everywhere",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[nsa("Network policies")],
    why: "A Service of type LoadBalancer gets an address that, on most clouds, the internet reaches. Without \
          `loadBalancerSourceRanges` nobody is kept out. One that an annotation makes internal is not reported.",
    prevents: "An admin page that was exposed for one office is not found by a scanner within the hour.",
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
  loadBalancerSourceRanges:
    - 198.51.100.0/24
  selector:
    app: web
  ports:
    - port: 443
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Service {
        return;
    }
    let Some(spec) = object.root.get("spec") else { return };
    let Some(kind) = Field::of(spec, "type").filter(|kind| kind.value.as_str() == Some("LoadBalancer")) else { return };
    if is_internal(object) {
        return;
    }
    let ranges = spec.get("loadBalancerSourceRanges").into_iter().flat_map(Node::items);
    let mut ranges = ranges.filter(|range| range.as_str().is_some()).peekable();
    let message = format!("Service `{}` takes connections from everywhere", object.name());
    if ranges.peek().is_none() {
        sink.report(Diagnostic::new(kind.span(), message).label("expected `loadBalancerSourceRanges` beside it"));
    } else if let Some(all) = ranges.find(|range| range.as_str().is_some_and(is_everything)) {
        sink.report(Diagnostic::new(all.span(), message).label("expected the networks of those who need it"));
    }
}

fn is_everything(range: &str) -> bool {
    Cidr::parse(range.trim()).is_ok_and(|cidr| cidr.is_everything())
}

/// Whether an annotation keeps it within the network of the cloud, or says who may connect. Each cloud has its own.
fn is_internal(object: &Object<'_, '_>) -> bool {
    let annotations = object.metadata.and_then(|metadata| metadata.get("annotations"));
    annotations.into_iter().flat_map(Node::fields).any(|(key, value)| {
        let (Some(key), Some(value)) = (key.text(), value.as_str()) else { return false };
        let says_so = key.contains("internal") && value != "false";
        let is_kind = key.contains("balancer") || key.contains("loadbalancer");
        let kind = is_kind && ["internal", "intranet", "private"].iter().any(|word| value.eq_ignore_ascii_case(word));
        says_so || kind || (key.ends_with("load-balancer-source-ranges") && !value.split(',').any(is_everything))
    })
}
