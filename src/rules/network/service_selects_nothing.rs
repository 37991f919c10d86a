//! `service-selects-nothing`

use super::near::Near;
use crate::rules::facts::Facts;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "service-selects-nothing",
    summary: "a Service selects no pod, but nearly does",
    severity: Severity::Medium,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "A Service whose selector matches no pod has no endpoints, and refuses every connection. One whose pods are \
          not in the input is not reported; only one with the value of a label of pods in its namespace under \
          another key, or a letter away from it, is.",
    prevents: "The app is reachable after the rollout.",
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app.kubernetes.io/name: web
spec:
  containers:
    - name: web
      image: ghcr.io/acme/web:1.2.3
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app.kubernetes.io/name: web
  ports:
    - port: 80
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app.kubernetes.io/name: web
spec:
  containers:
    - name: web
      image: ghcr.io/acme/web:1.2.3
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    if facts.services.is_empty() {
        return;
    }
    let near = Near::new(facts);
    for service in &facts.services {
        let object = &service.object;
        if let Some((label, pods)) = near.miss(object.namespace(), &service.selector) {
            let message =
                format!("{object} selects no pod of the input: no pod has the label `{}: {}`", label.0, label.1);
            let place = object.at(service.selector_span, "selects nothing");
            let report = object.diagnostic("spec.selector", place, message);
            sink.report(report.related_all([pods.object.place("expected these pods to be meant")]));
        }
    }
}
