//! `unlimited-empty-dir`

use super::volumes::name;
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "unlimited-empty-dir",
    summary: "an `emptyDir` may grow until the node is full",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[nsa("Resource policies")],
    why: "An `emptyDir` lies on the disk of the node, or, with `medium: Memory`, in its memory. With `sizeLimit` the kubelet \
          evicts the pod that writes too much, instead of others when the disk is full. Off, since a limit of \
          `ephemeral-storage` on the containers does as well for those on disk.",
    prevents: "One pod fills the disk of its node, and the pods of others are evicted.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir: {}
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for volume in context.pod.fields.volumes.into_iter().flat_map(|volumes| volumes.value.items()) {
        let Some(folder) = Field::of(volume, "emptyDir") else { continue };
        if Field::of(folder.value, "sizeLimit").is_some() {
            continue;
        }
        let message = format!("the volume `{}` may grow until the node is full", name(volume));
        sink.report(Diagnostic::new(folder.key.span(), message).label("expected a `sizeLimit`"));
    }
}
