//! `no-disruption-budget`

use std::collections::HashMap;

use crate::rules::facts::{Budget, Facts};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "no-disruption-budget",
    summary: "replicas without a disruption budget",
    severity: Severity::Low,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "Whoever drains nodes evicts pods as fast as the budgets allow; without one, all replicas of a workload may \
          go at the same time. A PodDisruptionBudget says how many have to stay.",
    prevents: "An upgrade of the nodes takes all pods of the app away at once.",
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
",
    good: "\
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
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: app
  namespace: shop
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: app
",
    fix: None,
    check: RuleKind::Set(check),
};

fn check(facts: &Facts, sink: &mut Sink<'_>) {
    let mut budgets: HashMap<Option<&str>, Vec<&Budget>> = HashMap::new();
    for budget in &facts.budgets {
        budgets.entry(budget.object.namespace()).or_default().push(budget);
    }
    for workload in facts.scaled.iter().filter(|workload| workload.count > 1) {
        let object = &workload.object;
        let mut own = budgets.get(&object.namespace()).into_iter().flatten();
        if !own.any(|budget| budget.selector.matches(&workload.labels)) {
            let message = format!("no budget keeps pods of {object} running while nodes are drained");
            let place = object.at(workload.replicas, "all of these may be evicted at once");
            sink.report(object.diagnostic("spec.replicas", place, message));
        }
    }
}
