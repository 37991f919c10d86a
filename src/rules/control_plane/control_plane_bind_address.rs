//! `control-plane-bind-address`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "control-plane-bind-address",
    summary: "a controller manager or scheduler listens to the network",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("1.3.7"), cis("1.4.2"), stig("V-242385"), stig("V-242384")],
    why: "Nobody but the node itself and who collects metrics talks to the controller manager and the scheduler. kubeadm \
          binds them to 127.0.0.1; 0.0.0.0 gives their metrics and health to the network, behind authentication.",
    prevents: "A fault in their authentication is not open to everybody who reaches the node.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-controller-manager
  namespace: kube-system
spec:
  containers:
    - name: kube-controller-manager
      image: registry.k8s.io/kube-controller-manager:v1.36.2
      command:
        - kube-controller-manager
        - --bind-address=0.0.0.0
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-controller-manager
  namespace: kube-system
spec:
  containers:
    - name: kube-controller-manager
      image: registry.k8s.io/kube-controller-manager:v1.36.2
      command:
        - kube-controller-manager
        - --bind-address=127.0.0.1
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ControllerManager).chain(plane.each(Component::Scheduler)) {
        let Some(setting) = view.get("bind-address") else { continue };
        if matches!(setting.value.as_str(), "127.0.0.1" | "::1" | "localhost" | "") {
            continue;
        }
        let message = format!("{} listens on `{}`", view.title(), setting.value);
        let report = on_setting(view, setting, "expected `127.0.0.1`", message);
        let edit = setting.set("127.0.0.1").filter(|_| sink.settings.fixes);
        sink.report(report.fix(Safety::Unsafe, "set `--bind-address` to `127.0.0.1`", edit));
    }
}
