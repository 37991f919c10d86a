//! `service-account-key`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "service-account-key",
    summary: "an API server has no key of its own for ServiceAccount tokens",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.22")],
    why: "`--service-account-key-file` names the public keys by which tokens of ServiceAccounts are checked. Where it is \
          missing, the key of the serving certificate does the work, and one cannot be changed without the other.",
    prevents: "Keys of tokens can be rotated, and a leak of the serving key does not let anybody sign tokens.",
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
        - --service-account-key-file=/etc/kubernetes/pki/sa.pub
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::ApiServer,
    name: "service-account-key-file",
    want: Want::Set,
    with: None,
    otherwise: "has no key of its own to check tokens of ServiceAccounts with",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, None, &REQUIRED);
}
