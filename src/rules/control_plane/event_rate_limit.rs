//! `event-rate-limit`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "event-rate-limit",
    summary: "an API server takes as many events as anybody sends",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.2.9")],
    why: "Events are written to etcd. The plugin `EventRateLimit` bounds how many a client, a namespace or the whole \
          cluster may write. It needs limits in the file of `--admission-control-config-file`, and does not start without.",
    prevents: "A program that loops, or wants to do harm, does not fill etcd with events.",
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
        - --enable-admission-plugins=NodeRestriction,EventRateLimit
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        if view.partial || Plane::enables(view, "EventRateLimit") {
            continue;
        }
        let message = "kube-apiserver takes as many events as anybody sends (no EventRateLimit)";
        let flag = "enable-admission-plugins";
        let report = match view.get(flag) {
            Some(setting) => on_setting(view, setting, "expected `EventRateLimit` here", message),
            None => on_program(view, flag, "expected `EventRateLimit` among its plugins", message),
        };
        sink.report(report);
    }
}
