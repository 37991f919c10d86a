//! `audit-gaps`

use super::tools::on_companion;
use crate::apiserver::files::Level;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "audit-gaps",
    summary: "an audit policy leaves out what an attacker does",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[cis("3.2.2")],
    why: "CIS wants at least `Metadata` for the reading of Secrets and ConfigMaps and for token reviews, for changes of \
          pods and deployments, and for `exec`, `portforward` and `proxy`, by which people get into pods and services.",
    prevents: "The steps of an attack by the API are in the log: what was read, what was started, where somebody went in.",
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: None
    resources:
      - group: \"\"
        resources: [pods/exec, pods/portforward]
  - level: Metadata
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

const WANTED: [(&str, &str, &str); 9] = [
    ("", "secrets", "get"),
    ("", "configmaps", "get"),
    ("authentication.k8s.io", "tokenreviews", "create"),
    ("", "pods", "create"),
    ("apps", "deployments", "create"),
    ("", "pods/exec", "create"),
    ("", "pods/portforward", "create"),
    ("", "pods/proxy", "get"),
    ("", "services/proxy", "get"),
];

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for (companion, policy) in plane.audit_policies().filter(|(_, policy)| !policy.is_silent()) {
        let mut missing: Vec<String> = Vec::new();
        let mut span = None;
        for (group, resource, verb) in WANTED {
            let rule = policy.decides(group, resource, verb);
            if rule.is_none_or(|rule| rule.level == Level::None) {
                missing.push(format!("{verb} {resource}"));
                span = span.or(rule.map(|rule| rule.span));
            }
        }
        if !missing.is_empty() {
            let message = format!("the audit policy does not log: {}", missing.join(", "));
            let label = "expected at least `Metadata` for these";
            sink.report(on_companion(companion, "rules", span.unwrap_or(policy.span), label, message));
        }
    }
}
