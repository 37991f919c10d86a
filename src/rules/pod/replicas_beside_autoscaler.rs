//! `replicas-beside-autoscaler`

use std::collections::HashMap;

use crate::rules::facts::{Facts, ObjectRef, Scaled};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "replicas-beside-autoscaler",
    summary: "a fixed number of replicas beside an autoscaler",
    severity: Severity::Low,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "A HorizontalPodAutoscaler writes `replicas` of what it scales. A manifest that has a number too sets it back \
          whenever it is applied, until the autoscaler decides anew.",
    prevents: "Each deployment throws away most of the pods in the middle of a busy hour.",
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  namespace: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app: app
  template:
    metadata:
      labels:
        app: app
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: app
  namespace: shop
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: app
  minReplicas: 2
  maxReplicas: 5
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
",
    good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  namespace: shop
spec:
  selector:
    matchLabels:
      app: app
  template:
    metadata:
      labels:
        app: app
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: app
  namespace: shop
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: app
  minReplicas: 2
  maxReplicas: 5
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let key = |object: &'_ ObjectRef| (object.namespace().map(str::to_owned), object.kind().to_owned());
    let scaled: HashMap<_, &Scaled> = facts.scaled.iter().map(|it| ((key(&it.object), it.object.name()), it)).collect();
    for autoscaler in &facts.autoscalers {
        let namespace = autoscaler.object.namespace().map(str::to_owned);
        let target = ((namespace, autoscaler.kind.to_string()), &*autoscaler.name.text);
        let Some(workload) = scaled.get(&target) else { continue };
        let object = &workload.object;
        let message = format!("{object} has a fixed number of pods, and an autoscaler that decides on it");
        let place = object.at(workload.replicas, "leave it out");
        let report = object.diagnostic("spec.replicas", place, message);
        sink.report(report.related_all([autoscaler.object.at(autoscaler.name.span, "scaled from here")]));
    }
}
