//! `kubelet-hostname-override`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-hostname-override",
    summary: "a kubelet goes by another name",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("4.2.7"), stig("V-242404")],
    why: "`--hostname-override` gives a node another name than its machine has. Certificates, logs and what the machine \
          calls itself then differ; some clouds and installers need it all the same.",
    prevents: "A node in the audit log is the machine of that name.",
    bad: "\
kubelet-arg:
  - hostname-override=node-1
",
    good: "\
kubelet-arg:
  - pod-max-pids=4096
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::Kubelet,
    name: "hostname-override",
    want: Want::Absent,
    with: None,
    otherwise: "goes by another name than its machine",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
