//! `locked-feature-gate`

use super::gates::gates;
use super::tools::on_item;
use crate::apiserver::catalogue::{Component, Lookup, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "locked-feature-gate",
    summary: "a feature gate that cannot be set so",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A feature that is there to stay has its gate locked for some releases: it may be named, but with its default \
          only. Any other value stops the program.",
    prevents: "The control plane starts, and nobody believes that the feature is off.",
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
        - --feature-gates=StructuredAuthenticationConfiguration=false
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
        - --feature-gates=StructuredAuthenticationConfiguration=true
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    // etcd has gates of its own
    for view in plane.programs.iter().filter(|view| view.program != Component::Etcd) {
        for gate in gates(view) {
            let Lookup::Found(known) = catalogue().gate(gate.name, plane.version(view)) else { continue };
            let default = if known.on { "true" } else { "false" };
            if known.locked && gate.value != default {
                let message = format!(
                    "the feature gate `{}` is locked, and {} does not start with another value",
                    gate.name,
                    view.title()
                );
                sink.report(on_item(
                    view,
                    gate.setting,
                    gate.span,
                    &format!("expected `{default}`, or nothing"),
                    message,
                ));
            }
        }
    }
}
