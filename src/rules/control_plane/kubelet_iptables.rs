//! `kubelet-iptables`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-iptables",
    summary: "a kubelet does not set up its chains",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("4.2.6")],
    why: "`makeIPTablesUtilChains: false` keeps the kubelet from setting up chains that others rely on to know its rules, \
          such as the one that drops packets which would be let out of a connection that is not theirs.",
    prevents: "The network of a node is set up as the rest of Kubernetes expects.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
makeIPTablesUtilChains: false
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
makeIPTablesUtilChains: true
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::Kubelet,
    name: "makeIPTablesUtilChains",
    want: Want::NotOther(true),
    with: None,
    otherwise: "does not set up the chains that others rely on",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Unsafe), &REQUIRED);
}
