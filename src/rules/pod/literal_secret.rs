//! `literal-secret`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Field};
use crate::k8s::secret::{surely_in_text, surely_in_variable};
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::{Kind, Node};

pub(super) static RULE: Rule = Rule {
    id: "literal-secret",
    summary: "a secret is written into a pod",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[nsa("Secrets")],
    why: "What is written into a pod is read by everybody who may list pods, which most roles include, and stays in version \
          control, pipelines and backups. A Secret has rights of its own, can be encrypted at rest, and can be renewed without \
          a change of the pod. Looked at are variables, commands, arguments and probes; what a variable is called, and how a \
          value begins, tell secrets from others. References such as `$(PASSWORD)` or a path are none.",
    prevents: "A look at the manifest, in the cluster or in any copy of the repository, is enough to log in.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: DB_PASSWORD
          value: hunter2
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
      env:
        - name: DB_PASSWORD_FILE
          value: /run/secrets/db/password
      volumeMounts:
        - name: db
          mountPath: /run/secrets/db
          readOnly: true
  volumes:
    - name: db
      secret:
        secretName: db
",
    fix: None,
    check: RuleKind::Pod(check),
};

const HELP: &str = "treat it as known to others: replace it, keep the new one in a Secret, and mount that";

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        for variable in container.fields.env.into_iter().flat_map(|env| env.value.items()) {
            let Some(field) = Field::of(variable, "value") else { continue };
            let name = variable.get("name").and_then(Node::as_str).unwrap_or_default();
            let Some(kind) = field.value.text().and_then(|text| surely_in_variable(name, text)) else { continue };
            let what = format!("has {kind} in the variable `{name}`");
            report(container, field.value, &what, sink);
        }
        let fields = &container.fields;
        for field in [fields.command, fields.args].into_iter().flatten() {
            arguments(container, field.value, sink);
        }
        let handlers = [fields.startup_probe, fields.readiness_probe, fields.liveness_probe, fields.lifecycle];
        for field in handlers.into_iter().flatten() {
            handler(container, field.value, MAX_DEPTH, sink);
        }
    }
}

/// Arguments; one such as `--password` makes the next one a secret.
fn arguments(container: &Container<'_, '_>, list: Node<'_, '_>, sink: &mut Sink<'_>) {
    let mut flag = "";
    for argument in list.items() {
        let text = argument.text().unwrap_or_default();
        if let Some(kind) = surely_in_variable(flag.trim_start_matches('-'), text) {
            report(container, argument, &format!("has {kind} among its arguments"), sink);
        }
        flag = if text.starts_with('-') && !text.contains('=') { text } else { "" };
    }
}

/// How deep a probe goes, with some to spare.
const MAX_DEPTH: u8 = 6;

/// A probe or a hook: its command, and the headers that it sends.
fn handler(container: &Container<'_, '_>, node: Node<'_, '_>, depth: u8, sink: &mut Sink<'_>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match node.kind() {
        Kind::Scalar => {
            if let Some(kind) = node.text().and_then(surely_in_text) {
                report(container, node, &format!("has {kind} in a probe or a hook"), sink);
            }
        }
        Kind::Sequence => node.items().for_each(|item| handler(container, item, depth, sink)),
        Kind::Mapping => node.fields().for_each(|(_, value)| handler(container, value, depth, sink)),
    }
}

fn report(container: &Container<'_, '_>, value: Node<'_, '_>, what: &str, sink: &mut Sink<'_>) {
    let message = format!("container `{}` {what}", container.name());
    let report = Diagnostic::new(value.span(), message).label("expected a reference to a Secret").help(HELP);
    sink.report(report.container(container.name()).hide([value.span()]).hide([value.origin()]));
}
