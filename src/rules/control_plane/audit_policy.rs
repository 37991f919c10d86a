//! `audit-policy`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "audit-policy",
    summary: "an API server has an audit log and no policy",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[cis("3.2.1"), stig("V-242461")],
    why: "What is logged is what the file of `--audit-policy-file` says. Without it nothing is logged at all, whatever \
          `--audit-log-path` says, and nothing complains. Checkers that look at the path alone report nothing.",
    prevents: "The log that everybody relies on is not empty on the day when it is needed.",
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
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --audit-log-path=/var/log/kubernetes/audit/audit.log
        - --audit-policy-file=/etc/kubernetes/audit.yaml
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        let backend = view.get("audit-log-path").or_else(|| view.get("audit-webhook-config-file"));
        if let Some(setting) = backend.filter(|_| view.lacks("audit-policy-file")) {
            let label = "needs `--audit-policy-file`";
            sink.report(on_setting(view, setting, label, "the audit log stays empty, as there is no audit policy"));
        }
    }
}
