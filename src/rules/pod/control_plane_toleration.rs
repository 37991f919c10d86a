//! `control-plane-toleration`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Field, head};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "control-plane-toleration",
    summary: "a pod may run on the nodes of the control plane",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "The nodes of the control plane carry a taint that keeps apps away from etcd, the API server and their keys. A pod that \
          tolerates it, or every taint, may land there. Off, since agents that have to run on each node do so for good reason.",
    prevents: "A break-out from an app ends on the machine that holds the keys of the cluster.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  tolerations:
    - operator: Exists
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  tolerations:
    - key: example.com/gpu
      operator: Exists
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

/// The taint, and its name before 1.20.
const TAINTS: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for toleration in context.pod.fields.tolerations.into_iter().flat_map(|tolerations| tolerations.value.items()) {
        let text = |key: &str| toleration.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        let message = match text("key") {
            None if text("operator") == Some("Exists") => {
                "the pod tolerates every taint, that of the control plane too"
            }
            Some(key) if TAINTS.contains(&key) => "the pod tolerates the taint of the control plane",
            _ => continue,
        };
        let place = Field::of(toleration, "key").map_or_else(|| head(toleration), Field::span);
        sink.report(Diagnostic::new(place, message).label("expected a key of its own, or none"));
    }
}
