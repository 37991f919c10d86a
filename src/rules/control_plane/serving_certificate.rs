//! `serving-certificate`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "serving-certificate",
    summary: "an API server makes its own certificate",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.24")],
    why: "Without `--tls-cert-file` and `--tls-private-key-file` the API server signs a certificate for itself at each \
          start. Clients can only stop checking it.",
    prevents: "Clients know the API server, and nobody in between reads their tokens.",
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
        - --tls-cert-file=/pki/apiserver.crt
        - --tls-private-key-file=/pki/apiserver.key
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 2] = [
    Require {
        program: Component::ApiServer,
        name: "tls-cert-file",
        want: Want::Set,
        with: None,
        otherwise: "signs its own certificate, which no client can check",
    },
    Require {
        program: Component::ApiServer,
        name: "tls-private-key-file",
        want: Want::Set,
        with: Some("tls-cert-file"),
        otherwise: "has no key for its certificate",
    },
];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
