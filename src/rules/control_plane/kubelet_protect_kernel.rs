//! `kubelet-protect-kernel`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, stig};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-protect-kernel",
    summary: "a kubelet changes kernel parameters",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[stig("V-242434")],
    why: "With `protectKernelDefaults: true` a kubelet does not start where the kernel is not set up as it wants; with \
          false it changes the kernel. The STIG asks for it; CIS has dropped it, since it needs every node to be prepared.",
    prevents: "The kernel of a node is as its administrators set it up.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
protectKernelDefaults: false
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
protectKernelDefaults: true
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::Kubelet,
    name: "protectKernelDefaults",
    want: Want::Is(true),
    with: None,
    otherwise: "changes kernel parameters instead of refusing to start",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
