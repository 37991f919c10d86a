//! `etcd-client-auth`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "etcd-client-auth",
    summary: "etcd answers everybody",
    severity: Severity::Critical,
    category: Category::Security,
    on: true,
    controls: &[cis("2.2"), cis("2.5")],
    why: "Without `--client-cert-auth` etcd answers whoever reaches its port, and without `--peer-client-cert-auth` \
          whoever reaches it can become a member. Who can write to etcd is above all authorization of Kubernetes.",
    prevents: "Nobody who reaches port 2379 owns the cluster.",
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
        - --cert-file=/pki/s.crt
        - --key-file=/pki/s.key
        - --peer-cert-file=/pki/p.crt
        - --peer-key-file=/pki/p.key
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
        - --client-cert-auth=true
        - --peer-client-cert-auth=true
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 2] = [
    Require {
        program: Component::Etcd,
        name: "client-cert-auth",
        want: Want::Is(true),
        with: None,
        otherwise: "answers clients without a certificate",
    },
    Require {
        program: Component::Etcd,
        name: "peer-client-cert-auth",
        want: Want::Is(true),
        with: None,
        otherwise: "takes members without a certificate",
    },
];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Unsafe), &REQUIRED);
}
