//! `kubelet-certificate-authority`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-certificate-authority",
    summary: "an API server does not check the certificates of kubelets",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.2.5")],
    why: "Without `--kubelet-certificate-authority` the API server believes every kubelet, and sends tokens and the input \
          of `kubectl exec` to whoever answers on the node's address. Kubelets of kubeadm sign their own certificates, so \
          they need `serverTLSBootstrap: true` and somebody who approves the requests first; that is why the rule has to \
          be asked for.",
    prevents: "Whoever can redirect traffic to a node does not get the sessions that go there.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --enable-admission-plugins=NodeRestriction
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::ApiServer,
    name: "kubelet-certificate-authority",
    want: Want::Set,
    with: None,
    otherwise: "believes every kubelet, whatever certificate it shows",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
