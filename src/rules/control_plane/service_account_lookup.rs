//! `service-account-lookup`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "service-account-lookup",
    summary: "an API server takes tokens of ServiceAccounts that are gone",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.21")],
    why: "With `--service-account-lookup=false` a token is good as long as its signature is, even if its ServiceAccount, \
          its pod or its Secret has been deleted. The default is true.",
    prevents: "A stolen token can be made worthless by deleting what it belongs to.",
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
        - --service-account-lookup=false
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
    fix: Some(Safety::Safe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::ApiServer,
    name: "service-account-lookup",
    want: Want::NotOther(true),
    with: None,
    otherwise: "takes tokens of ServiceAccounts that were deleted",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Safe), &REQUIRED);
}
