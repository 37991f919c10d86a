//! `fixed-node`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::Kind;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "fixed-node",
    summary: "a pod chooses its node past the scheduler",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[],
    why: "`nodeName` puts a pod on a node without the scheduler: taints that keep apps off the control plane, free \
          resources and affinities are ignored. `nodeSelector` and affinity say where a pod belongs and respect all of \
          these. A pod that comes from a live cluster has the node that the scheduler chose, and is not reported.",
    prevents: "A pod lands beside etcd and the API server, or overloads a node; when the node is gone, it never starts.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  nodeName: control-plane-1
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
  nodeSelector:
    kubernetes.io/os: linux
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let Some(field) = context.pod.fields.node_name else { return };
    let Some(node) = field.value.as_str().filter(|node| !node.is_empty()) else { return };
    let object = context.object;
    let is_live = || object.metadata.is_some_and(|metadata| Field::of(metadata, "uid").is_some());
    if object.kind == Kind::Pod && is_live() {
        return;
    }
    let message = format!("the pod goes to the node `{node}` past the scheduler");
    sink.report(Diagnostic::new(field.span(), message).label("expected a `nodeSelector` or an affinity"));
}
