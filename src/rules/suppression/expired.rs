//! `expired-suppression`

use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub static RULE: Rule = Rule {
    id: "expired-suppression",
    summary: "a suppression that has expired",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A reason may end in a day: `until 2027-03-31`, or `expires` in the configuration. After that day the suppression does not hold any more, so that somebody decides again.",
    prevents: "What was suppressed for a release does not stay suppressed for years.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      # tightship: allow[privileged] until the driver is fixed, until 2025-12-31
      securityContext:
        privileged: true
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
