//! `tls-min-version`

use super::tools::on_setting;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "tls-min-version",
    summary: "a program takes TLS versions that are broken",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[stig("V-242376"), stig("V-242377"), stig("V-242378")],
    why: "TLS 1.0 and 1.1 have been withdrawn (RFC 8996). Go takes 1.2 and newer if `--tls-min-version` is not given, so \
          only a setting can bring the old ones back.",
    prevents: "Nobody in between makes a client and the program speak a version that can be broken.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --tls-min-version=VersionTLS10
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
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --tls-min-version=VersionTLS12
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        let setting = view.get("tls-min-version").or_else(|| view.get("tlsMinVersion"));
        let Some(setting) = setting.filter(|setting| matches!(setting.value.as_str(), "VersionTLS10" | "VersionTLS11"))
        else {
            continue;
        };
        let message = format!("{} takes TLS versions that have been withdrawn", view.title());
        let report = on_setting(view, setting, "expected `VersionTLS12` or `VersionTLS13`", message);
        let edit = setting.set("VersionTLS12").filter(|_| sink.settings.fixes);
        sink.report(report.fix(Safety::Unsafe, "set it to `VersionTLS12`", edit));
    }
}
