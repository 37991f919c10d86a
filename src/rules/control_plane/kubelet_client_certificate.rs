//! `kubelet-client-certificate`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-client-certificate",
    summary: "an API server cannot prove to kubelets who it is",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.4")],
    why: "The kubelet's port gives logs of pods and runs commands in them. `--kubelet-client-certificate` and `--kubelet- \
          client-key` are how the API server proves who it is; without them kubelets that refuse the anonymous refuse it, \
          and kubelets that do not are open to everybody.",
    prevents: "Kubelets can refuse all but the API server.",
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
        - --kubelet-client-certificate=/pki/k.crt
        - --kubelet-client-key=/pki/k.key
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 2] = [
    Require {
        program: Component::ApiServer,
        name: "kubelet-client-certificate",
        want: Want::Set,
        with: None,
        otherwise: "has no certificate to show to kubelets",
    },
    Require {
        program: Component::ApiServer,
        name: "kubelet-client-key",
        want: Want::Set,
        with: Some("kubelet-client-certificate"),
        otherwise: "has no key for the certificate that it shows to kubelets",
    },
];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
