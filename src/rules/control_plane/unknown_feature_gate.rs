//! `unknown-feature-gate`

use super::gates::gates;
use super::tools::on_item;
use crate::apiserver::catalogue::{Component, Lookup, catalogue};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "unknown-feature-gate",
    summary: "a feature gate that does not exist",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The API server stops at the name of a feature gate that it does not have: a typing error, or a gate of a later \
          release.",
    prevents: "The control plane starts after the change.",
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
        - --feature-gates=AnonymousAuthConfigurableEndpoint=true
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
            let (title, name) = (view.title(), gate.name);
            let (message, help) = match catalogue().gate(name, plane.version(view)) {
                Lookup::NotYet { since } => {
                    let version = plane.version(view);
                    (format!("{title} {version} has no feature gate `{name}`, which came with {since}"), None)
                }
                Lookup::Unknown { nearest } => {
                    let help = nearest.map(|near| format!("did you mean `{near}`?"));
                    (format!("{title} has no feature gate `{name}`, and does not start with it"), help)
                }
                _ => continue,
            };
            let mut report = on_item(view, gate.setting, gate.span, "no such gate", message);
            if let Some(help) = help {
                report = report.help(help);
            }
            sink.report(report);
        }
    }
}
