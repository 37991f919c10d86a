//! `writable-root-filesystem`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Field, is_true};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "writable-root-filesystem",
    summary: "a container can write to its root file system",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[nsa("Immutable container file systems")],
    why: "With `readOnlyRootFilesystem: true` nothing can be written but to the volumes that are mounted for it. What was \
          built is what runs.",
    prevents: "An attacker cannot drop tools beside the program, replace its files or deface what it serves.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
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
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      securityContext:
        readOnlyRootFilesystem: true
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir: {}
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    if context.pod.is_windows() {
        return;
    }
    for container in &context.pod.containers {
        let field = container.security.read_only_root_filesystem;
        if is_true(field) {
            continue;
        }
        let span = field.map_or_else(|| container.security_place(), Field::span);
        let message = format!("container `{}` can write to its root file system", container.name());
        let fix = sink
            .fix(|text| edit::set(text, container.node, &["securityContext", "readOnlyRootFilesystem"], &json!(true)));
        let report = Diagnostic::new(span, message)
            .label("expected `readOnlyRootFilesystem: true`")
            .container(container.name())
            .fix(Safety::Unsafe, "set `readOnlyRootFilesystem: true`", fix);
        sink.report(report);
    }
}
