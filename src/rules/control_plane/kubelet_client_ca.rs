//! `kubelet-client-ca`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-client-ca",
    summary: "a kubelet knows nobody by a certificate",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("4.2.3"), stig("V-242420")],
    why: "`authentication.x509.clientCAFile` names who signs the certificate by which the kubelet knows the API server. \
          Without it the API server is anonymous to it, and anonymous requests have to be let in.",
    prevents: "A kubelet can refuse everybody but the API server.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::Kubelet,
    name: "authentication.x509.clientCAFile",
    want: Want::Set,
    with: None,
    otherwise: "knows the API server by no certificate",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
