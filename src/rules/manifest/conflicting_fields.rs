//! `conflicting-fields`

use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub(super) static RULE: Rule = Rule {
    id: "conflicting-fields",
    summary: "a field that may not be set beside what else is there",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Some fields exclude each other: a volume has one type, a probe one way to ask, a variable a value or a source. Others \
          need another one, or are not for this kind of object: probes of an init container that ends, a node port of a Service \
          inside the cluster. Each field for itself is well; the API server refuses them together.",
    prevents: "A deployment fails, at the first pipeline that applies it, over what no schema shows.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: MODE
          value: fast
          valueFrom:
            configMapKeyRef:
              name: app
              key: mode
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: MODE
          valueFrom:
            configMapKeyRef:
              name: app
              key: mode
",
    fix: None,
    check: RuleKind::Manifest,
};
