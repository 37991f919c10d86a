//! `etcd-tls`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "etcd-tls",
    summary: "etcd talks in plain text",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("2.1"), cis("2.4")],
    why: "etcd holds every Secret. Without `--cert-file` and `--key-file` clients talk to it in plain text, without \
          `--peer-cert-file` and `--peer-key-file` its members do among themselves.",
    prevents: "Nobody in the network reads the state of the cluster as it passes by.",
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
        - --data-dir=/var/lib/etcd
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
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 4] = [
    Require {
        program: Component::Etcd,
        name: "cert-file",
        want: Want::Set,
        with: None,
        otherwise: "talks to its clients in plain text",
    },
    Require {
        program: Component::Etcd,
        name: "key-file",
        want: Want::Set,
        with: Some("cert-file"),
        otherwise: "has no key for the certificate that it shows to clients",
    },
    Require {
        program: Component::Etcd,
        name: "peer-cert-file",
        want: Want::Set,
        with: None,
        otherwise: "talks to its other members in plain text",
    },
    Require {
        program: Component::Etcd,
        name: "peer-key-file",
        want: Want::Set,
        with: Some("peer-cert-file"),
        otherwise: "has no key for the certificate that it shows to other members",
    },
];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
