//! `kubelet-pod-pids`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-pod-pids",
    summary: "one pod may take all processes of its node",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("4.2.13")],
    why: "`podPidsLimit` bounds the processes of each pod. Without it, which is the default, a pod may start as many as \
          the node has, and nothing else can start any.",
    prevents: "A fork bomb in one pod does not take the node down.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 0
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
podPidsLimit: 4096
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::Kubelet) {
        let message = "one pod may take all processes of its node";
        match view.get("podPidsLimit") {
            Some(setting) if setting.as_int().is_some_and(|limit| limit <= 0) => {
                sink.report(on_setting(view, setting, "expected a number above zero", message));
            }
            None if !view.partial => sink.report(on_program(view, "podPidsLimit", "expected `podPidsLimit`", message)),
            _ => {}
        }
    }
}
