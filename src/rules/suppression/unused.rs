//! `unused-suppression`

use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub static RULE: Rule = Rule {
    id: "unused-suppression",
    summary: "a suppression that suppresses nothing",
    severity: Severity::Low,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A suppression outlives what it suppressed, or stands in the wrong place. Either way it is misleading, and it would suppress the next mistake of that kind. It counts as unused only if its rule ran.",
    prevents: "A container that becomes privileged next year is not suppressed by a line that nobody remembers.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      # tightship: allow[privileged] loads the network driver
      securityContext:
        privileged: false
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
      # tightship: allow[privileged] loads the network driver, until 2099-12-31
      securityContext:
        privileged: true
",
    fix: None,
    check: RuleKind::Engine,
};
