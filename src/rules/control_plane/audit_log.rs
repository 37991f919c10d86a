//! `audit-log`

use super::tools::on_program;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "audit-log",
    summary: "an API server keeps no audit log",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.16"), stig("V-242461")],
    why: "Without `--audit-log-path` or an audit webhook nobody can tell afterwards who read a Secret or made a pod. The \
          log needs a policy, too: see `audit-policy`.",
    prevents: "After an attack it can be told what was touched, and with whose credentials.",
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
        - --enable-admission-plugins=NodeRestriction
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
        - --audit-log-path=/var/log/kubernetes/audit/audit.log
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        if view.lacks("audit-log-path") && !view.has("audit-webhook-config-file") {
            let label = "expected `--audit-log-path`";
            sink.report(on_program(view, "audit-log-path", label, "kube-apiserver keeps no audit log"));
        }
    }
}
