//! `audit-retention`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "audit-retention",
    summary: "audit logs are kept too short, or without end",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[cis("1.2.17"), cis("1.2.18"), cis("1.2.19"), stig("V-242462"), stig("V-242463"), stig("V-242464")],
    why: "Up to 1.35 `--audit-log-maxage` and `--audit-log-maxbackup` are 0, which means that old logs stay for ever; \
          since 1.36 they are 366 days and 100 files. `--audit-log-maxsize=0` was 100 megabytes up to 1.35, and means no \
          rotation since. CIS and the STIG ask for 30 days, 10 files and 100 megabytes at least.",
    prevents: "The disk of the control plane does not fill up, and what happened last week can still be read.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.35.4
      command:
        - kube-apiserver
        - --audit-log-path=/var/log/kubernetes/audit/audit.log
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.35.4
      command:
        - kube-apiserver
        - --audit-log-path=/var/log/kubernetes/audit/audit.log
        - --audit-log-maxage=30
        - --audit-log-maxbackup=10
        - --audit-log-maxsize=100
",
    fix: Some(Safety::Safe),
    check: RuleKind::ControlPlane(check),
};

/// The flag, the least that CIS wants, what that is, and the last minor release without a default.
const LEAST: [(&str, i64, &str); 3] =
    [("audit-log-maxage", 30, "days"), ("audit-log-maxbackup", 10, "files"), ("audit-log-maxsize", 100, "megabytes")];
/// The first minor release with defaults.
const WITH_DEFAULTS: u8 = 36;

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        if view.value("audit-log-path").is_none_or(|path| path.is_empty() || path == "-") {
            continue;
        }
        let has_defaults = plane.version(view).minor() >= WITH_DEFAULTS;
        for (flag, least, unit) in LEAST {
            let label = format!("expected at least {least} {unit}");
            let report = match view.get(flag) {
                Some(setting) => {
                    let message = match (flag, setting.as_int()) {
                        ("audit-log-maxsize", Some(0)) if has_defaults => {
                            "the audit log is never rotated, and fills the disk".to_owned()
                        }
                        ("audit-log-maxsize", Some(0)) => continue,
                        (_, Some(0)) => format!("`--{flag}=0` keeps old audit logs for ever"),
                        (_, Some(value)) if value < least => {
                            format!("`--{flag}` keeps audit logs for less than {least} {unit}")
                        }
                        _ => continue,
                    };
                    on_setting(view, setting, &label, message)
                }
                None if view.lacks(flag) && !has_defaults && flag != "audit-log-maxsize" => {
                    let message = format!("without `--{flag}` old audit logs are kept for ever");
                    on_program(view, flag, &label, message)
                }
                None => continue,
            };
            let value = least.to_string();
            let edit = view.get(flag).map_or_else(|| view.add(flag, &value), |setting| setting.set(&value));
            let edit = edit.filter(|_| sink.settings.fixes);
            sink.report(report.fix(Safety::Safe, format!("set `--{flag}` to `{least}`"), edit));
        }
    }
}
