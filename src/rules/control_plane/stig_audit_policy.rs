//! `stig-audit-policy`

use super::tools::on_companion;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "stig-audit-policy",
    summary: "an audit policy that the STIG wants and CIS forbids",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("3.2.2"), stig("V-242403")],
    why: "V-242403 of the STIG is checked as exactly one rule, `level: RequestResponse`, which puts the content of every \
          Secret into the log. CIS 3.2.2 wants Secrets at `Metadata` only. One policy cannot keep both; who has to follow \
          the STIG has to guard the log as they guard the Secrets.",
    prevents: "Nobody believes that the log of such a cluster may be read by everybody.",
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: RequestResponse
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
    for (companion, policy) in plane.audit_policies().filter(|(_, policy)| policy.is_stig()) {
        let span = policy.rules.first().map_or(policy.span, |rule| rule.span);
        let label = "the STIG (V-242403) wants this, CIS 3.2.2 forbids it";
        sink.report(on_companion(companion, "rules", span, label, "the audit log holds the content of every Secret"));
    }
}
