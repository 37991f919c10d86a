//! `token-auth-file`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "token-auth-file",
    summary: "an API server takes tokens from a file",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.2"), stig("V-245543")],
    why: "`--token-auth-file` names a list of tokens in plain text. They never expire, and a change of the list takes a \
          restart, so a token that leaked stays good.",
    prevents: "Nobody who reads one file of the node, or a backup of it, becomes a user of the cluster for ever.",
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
        - --token-auth-file=/etc/kubernetes/tokens.csv
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
        - --enable-admission-plugins=NodeRestriction
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::ApiServer,
    name: "token-auth-file",
    want: Want::Absent,
    with: None,
    otherwise: "takes passwords that never expire from a plain file",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Unsafe), &REQUIRED);
}
