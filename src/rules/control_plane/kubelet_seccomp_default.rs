//! `kubelet-seccomp-default`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-seccomp-default",
    summary: "pods that do not ask run without seccomp",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("4.2.14")],
    why: "With `seccompDefault: true` a pod that does not say runs with the profile of its container runtime. Without it, \
          which is the default, it runs without any, and may make every system call.",
    prevents: "Faults of the kernel that the profile keeps away from are not open to every pod that forgot a field.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 0
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
seccompDefault: true
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::Kubelet,
    name: "seccompDefault",
    want: Want::Is(true),
    with: None,
    otherwise: "runs pods that do not ask without seccomp",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
