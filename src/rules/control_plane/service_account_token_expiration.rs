//! `service-account-token-expiration`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "service-account-token-expiration",
    summary: "tokens of pods are good for a year",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("1.2.30")],
    why: "Pods ask for tokens of an hour, and by default the API server makes them good for a year, for clients that read \
          their token once and keep it. `--service-account-extend-token-expiration=false` ends that. The metric \
          `serviceaccount_stale_tokens_total` counts clients that would break; tokens that are out already keep their \
          life. As such clients are common, the rule has to be asked for.",
    prevents: "A token that leaks from a pod is worth an hour, not a year.",
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
        - --service-account-extend-token-expiration=false
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 1] = [Require {
    program: Component::ApiServer,
    name: "service-account-extend-token-expiration",
    want: Want::Is(false),
    with: None,
    otherwise: "makes tokens of pods good for a year instead of an hour",
}];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Unsafe), &REQUIRED);
}
