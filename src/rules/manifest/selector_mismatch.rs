//! `selector-mismatch`

use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub(super) static RULE: Rule = Rule {
    id: "selector-mismatch",
    summary: "a workload does not select the pods that it makes",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A Deployment, StatefulSet, DaemonSet or Job finds its pods by `selector`, so the labels of its template have to be \
          those that the selector asks for. The API server refuses any other.",
    prevents: "A deployment fails, at the first pipeline that applies it, over a label that was renamed in one of two places.",
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector:
    matchLabels:
      app: app
      tier: front
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
spec:
  selector:
    matchLabels:
      app: app
      tier: front
  template:
    metadata:
      labels:
        app: app
        tier: front
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Manifest,
};
