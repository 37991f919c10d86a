//! `controller-manager-keys`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "controller-manager-keys",
    summary: "a controller manager that cannot serve ServiceAccounts",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.3.4"), cis("1.3.5")],
    why: "The controller manager signs tokens of ServiceAccounts with `--service-account-private-key-file`, and gives pods \
          `--root-ca-file` to know the API server by. Without the first there are no such tokens, without the second \
          programs in pods stop checking.",
    prevents: "Programs in pods can check whom they give their token to.",
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
        - --service-account-private-key-file=/etc/kubernetes/pki/sa.key
        - --root-ca-file=/etc/kubernetes/pki/ca.crt
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 2] = [
    Require {
        program: Component::ControllerManager,
        name: "service-account-private-key-file",
        want: Want::Set,
        with: None,
        otherwise: "has no key of its own to sign tokens of ServiceAccounts with",
    },
    Require {
        program: Component::ControllerManager,
        name: "root-ca-file",
        want: Want::Set,
        with: None,
        otherwise: "gives pods nothing to know the API server by",
    },
];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
