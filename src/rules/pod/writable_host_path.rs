//! `writable-host-path`

use std::collections::HashMap;

use serde_json::json;

use super::volumes::{HostPath, host_paths, mounts, name};
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Field, head, is_true};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "writable-host-path",
    summary: "a container can write to a folder of the node",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[cis("5.2.11")],
    why: "What a container writes to a `hostPath` stays when the pod is gone, is read by the next one, and may be run by the \
          node. An agent that only looks needs `readOnly: true`. At the levels baseline and restricted no `hostPath` is \
          allowed at all, and their rule reports it.",
    prevents: "An attacker leaves a program or a link on the node, from which they come back or go further.",
    bad: "\
# flags: --level privileged
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: cache
          mountPath: /cache
  volumes:
    - name: cache
      hostPath:
        path: /var/cache/app
",
    good: "\
# flags: --level privileged
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: cache
          mountPath: /cache
          readOnly: true
  volumes:
    - name: cache
      hostPath:
        path: /var/cache/app
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    if context.policy.level != Level::Privileged {
        return;
    }
    let mut volumes: HashMap<&str, HostPath<'_, '_>> = HashMap::new();
    for volume in host_paths(context.pod) {
        volumes.entry(volume.name).or_insert(volume);
    }
    if volumes.is_empty() {
        return;
    }
    for (container, mount) in mounts(context.pod) {
        let Some(volume) = volumes.get(name(mount)) else { continue };
        let field = Field::of(mount, "readOnly");
        if is_true(field) {
            continue;
        }
        let message = format!("container `{}` can write to `{}` of the node", container.name(), volume.path);
        let fix = sink.fix(|text| edit::set(text, mount, &["readOnly"], &json!(true)));
        sink.report(
            Diagnostic::new(field.map_or_else(|| head(mount), Field::span), message)
                .label("expected `readOnly: true`")
                .related(volume.field.span(), "the folder of the node")
                .container(container.name())
                .fix(Safety::Unsafe, "set `readOnly: true`", fix),
        );
    }
}
