//! `audit-secret-bodies`

use super::tools::on_companion;
use crate::apiserver::files::Level;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "audit-secret-bodies",
    summary: "an audit policy writes secrets into the log",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("3.2.2")],
    why: "At the level `Request` or `RequestResponse` the body of a request is in the log. For Secrets, ConfigMaps, \
          token reviews and tokens of ServiceAccounts that is the secret itself. `Metadata` says who read which one, \
          and that is what an audit needs. The STIG wants one rule that logs everything; a policy of exactly that form \
          is not reported here, see `stig-audit-policy`.",
    prevents: "Whoever may read logs, or the place where they are collected, does not get every password of the cluster.",
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: RequestResponse
    resources:
      - group: \"\"
        resources: [secrets]
  - level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: None
    nonResourceURLs: [\"/livez*\", \"/readyz*\"]
  - level: None
    userGroups: [\"system:nodes\"]
    verbs: [get, list, watch]
  - level: Metadata
    resources:
      - group: \"\"
        resources: [secrets, configmaps, serviceaccounts/token]
      - group: authentication.k8s.io
        resources: [tokenreviews]
  - level: Request
    verbs: [create, update, patch, delete]
  - level: Metadata
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

const SECRET: [(&str, &str, &str); 4] = [
    ("", "secrets", "Secrets"),
    ("", "configmaps", "ConfigMaps"),
    ("authentication.k8s.io", "tokenreviews", "token reviews"),
    ("", "serviceaccounts/token", "tokens of ServiceAccounts"),
];

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for (companion, policy) in plane.audit_policies().filter(|(_, policy)| !policy.is_stig()) {
        for rule in policy.rules.iter().filter(|rule| rule.level > Level::Metadata) {
            let mut names: Vec<&str> = Vec::new();
            for (group, resource, name) in SECRET {
                let decides =
                    |verb| policy.may_decide(group, resource, verb).iter().any(|found| std::ptr::eq(*found, rule));
                let verbs: &[&str] =
                    if name.contains("oken") { &["create"] } else { &["create", "update", "patch", "get", "list"] };
                if !names.contains(&name) && verbs.iter().any(|verb| decides(verb)) {
                    names.push(name);
                }
            }
            if names.is_empty() {
                continue;
            }
            let message = format!("the audit log holds the content of {}", names.join(", "));
            let label = "expected `Metadata` for these, in a rule before this one";
            let report = on_companion(companion, "rules", rule.span, label, message);
            // a rule for nothing else can just be lowered
            let is_own = !rule.resources.is_empty()
                && rule.resources.iter().all(|known| {
                    !known.names.is_empty()
                        && known
                            .names
                            .iter()
                            .all(|name| SECRET.iter().any(|(group, secret, _)| *group == known.group && secret == name))
                });
            let edit = rule.to_metadata.clone().filter(|_| sink.settings.fixes && is_own);
            sink.report(report.fix(Safety::Unsafe, "set `level: Metadata`", edit));
        }
    }
}
