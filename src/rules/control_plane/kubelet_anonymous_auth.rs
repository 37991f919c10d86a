//! `kubelet-anonymous-auth`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-anonymous-auth",
    summary: "a kubelet answers everybody",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("4.2.1"), stig("V-242391")],
    why: "The kubelet's port 10250 shows logs and runs commands in pods. With `authentication.anonymous.enabled: true` it \
          lets requests in without credentials, and only its authorization is left. A kubelet that is run without a \
          configuration file has it on.",
    prevents: "Whoever reaches a node does not run commands in its pods.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: true
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::Kubelet,
    name: "authentication.anonymous.enabled",
    want: Want::NotOther(false),
    with: None,
    otherwise: "answers requests without credentials",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Unsafe), &REQUIRED);
}
