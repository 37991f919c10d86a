//! `removed-feature-gate`

use super::gates::gates;
use super::tools::on_item;
use crate::apiserver::catalogue::{Component, Lookup, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "removed-feature-gate",
    summary: "a feature gate that is gone",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A feature that has become part of Kubernetes loses its gate some releases later, and a program stops at the name \
          of a gate that it does not have. A gate of a feature that is on by default anyway does nothing but break an \
          upgrade.",
    prevents: "The control plane and the nodes start after an upgrade.",
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
        - --feature-gates=StructuredAuthorizationConfiguration=true
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
        - --feature-gates=AllAlpha=false
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    // etcd has gates of its own
    for view in plane.programs.iter().filter(|view| view.program != Component::Etcd) {
        for gate in gates(view) {
            let Lookup::Removed { since, .. } = catalogue().gate(gate.name, plane.version(view)) else { continue };
            let (title, name) = (view.title(), gate.name);
            let message =
                format!("{title} has had no feature gate `{name}` since 1.{since}, and does not start with it");
            sink.report(on_item(view, gate.setting, gate.span, "expected nothing", message));
        }
    }
}
