//! `audit-policy-none`

use super::tools::on_companion;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "audit-policy-none",
    summary: "an audit policy that logs nothing",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[cis("3.2.1"), cis("3.2.2")],
    why: "The first rule that fits decides, and a request that fits none is not logged. A policy whose rules all say \
          `None`, or whose first rule for everything does, is the same as no audit log. The one that RKE2 starts with \
          is of that kind.",
    prevents: "An audit log is not empty because of a file that was put there to get started.",
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: None
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: Metadata
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for (companion, policy) in plane.audit_policies().filter(|(_, policy)| policy.is_silent()) {
        let span = policy.rules.first().map_or(policy.span, |rule| rule.span);
        let label = "expected a rule that logs at least `Metadata`";
        sink.report(on_companion(companion, "rules", span, label, "the audit policy logs nothing"));
    }
}
