//! `invalid-suppression`

use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub static RULE: Rule = Rule {
    id: "invalid-suppression",
    summary: "a suppression that cannot be understood",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A comment to tightship or an annotation `tightship/allow.RULE` has to name a rule that exists and a reason. One that does not is ignored: what it meant to suppress is reported, and so is the suppression itself.",
    prevents: "A typing error does not switch anything off, and nobody believes that it did.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      # tightship: allow[priviledged] loads the network driver
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
