//! `request-timeout`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "request-timeout",
    summary: "an API server waits for ever for slow clients",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.2.20"), stig("V-242438")],
    why: "A request ends after `--request-timeout`, which is 60 seconds. Zero is refused by nothing and ends no request; \
          some minutes let slow clients hold many. CIS leaves the value open, the STIG wants one above zero.",
    prevents: "Clients that read slowly do not use up the API server.",
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
        - --request-timeout=0s
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
        - --request-timeout=300s
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        let Some(setting) = view.get("request-timeout") else { continue };
        if setting.value.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse() == Ok(0_u64) {
            let label = "expected a time above zero, or nothing";
            sink.report(on_setting(view, setting, label, "kube-apiserver ends no request by itself"));
        }
    }
}
