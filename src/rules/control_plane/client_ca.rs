//! `client-ca`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "client-ca",
    summary: "an API server takes no client certificates",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.25")],
    why: "`--client-ca-file` names who signs the certificates of nodes, of the other programs of the control plane, and of \
          administrators. Without it only tokens are left, and whoever is known by a certificate is anonymous.",
    prevents: "Nodes and components are known by what they alone have, instead of by a token that is passed around.",
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
        - --client-ca-file=/etc/kubernetes/pki/ca.crt
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::ApiServer,
    name: "client-ca-file",
    want: Want::Set,
    with: None,
    otherwise: "knows nobody by a certificate",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
