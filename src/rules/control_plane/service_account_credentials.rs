//! `service-account-credentials`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "service-account-credentials",
    summary: "all controllers share one account",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.3.3"), stig("V-242381")],
    why: "With `--use-service-account-credentials` each controller acts as a ServiceAccount of its own, with the rights \
          that it needs. Without it all of them have those of the controller manager together.",
    prevents: "A mistake in one controller does not have the rights of all others.",
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
        - --use-service-account-credentials=true
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::ControllerManager,
    name: "use-service-account-credentials",
    want: Want::Is(true),
    with: None,
    otherwise: "gives all controllers the same rights",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Unsafe), &REQUIRED);
}
