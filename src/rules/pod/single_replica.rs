//! `single-replica`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "single-replica",
    summary: "a Deployment has one pod only",
    severity: Severity::Low,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "One pod is gone for a while whenever its node is drained, fails or gets short of memory. Without `replicas` there is \
          one, unless an autoscaler decides, which is why a Deployment that leaves it out is not reported.",
    prevents: "The app is away during each upgrade of the nodes.",
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 1
  selector:
    matchLabels: {app: app}
  template:
    metadata:
      labels: {app: app}
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 2
  selector:
    matchLabels: {app: app}
  template:
    metadata:
      labels: {app: app}
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::Deployment {
        return;
    }
    let Some(replicas) = object.root.get("spec").and_then(|spec| Field::of(spec, "replicas")) else { return };
    if replicas.value.as_int() == Some(1) {
        let message = format!("the Deployment `{}` has one pod only", object.name());
        sink.report(Diagnostic::new(replicas.span(), message).label("expected 2 or more"));
    }
}
