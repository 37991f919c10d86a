//! `terminated-pod-gc`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "terminated-pod-gc",
    summary: "pods that are over pile up",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.3.1")],
    why: "The controller manager deletes pods that have ended once there are more than `--terminated-pod-gc-threshold`, by \
          default 12500. CIS wants the number to be chosen.",
    prevents: "Pods that ended do not fill etcd and slow every list of pods down.",
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
        - --profiling=false
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
        - --terminated-pod-gc-threshold=100
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::ControllerManager,
    name: "terminated-pod-gc-threshold",
    want: Want::Set,
    with: None,
    otherwise: "keeps up to 12500 pods that are over",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
