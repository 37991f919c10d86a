//! `etcd-auto-tls`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "etcd-auto-tls",
    summary: "etcd signs its own certificates",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("2.3"), cis("2.6"), stig("V-242379"), stig("V-242380")],
    why: "With `--auto-tls` or `--peer-auto-tls` etcd makes certificates for itself, which nobody can check. They keep out \
          who listens, not who pretends to be etcd.",
    prevents: "The API server does not write Secrets to an impostor.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.6.5-0
      command:
        - etcd
        - --auto-tls=true
        - --peer-auto-tls=true
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.6.5-0
      command:
        - etcd
        - --cert-file=/pki/s.crt
        - --key-file=/pki/s.key
        - --peer-cert-file=/pki/p.crt
        - --peer-key-file=/pki/p.key
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 2] = [
    Require {
        program: Component::Etcd,
        name: "auto-tls",
        want: Want::NotOther(false),
        with: None,
        otherwise: "shows clients a certificate that it signed itself",
    },
    Require {
        program: Component::Etcd,
        name: "peer-auto-tls",
        want: Want::NotOther(false),
        with: None,
        otherwise: "shows other members a certificate that it signed itself",
    },
];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Unsafe), &REQUIRED);
}
