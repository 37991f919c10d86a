//! `interactive-container`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::Kind;
use crate::k8s::pod::Role;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "interactive-container",
    summary: "a container of a workload waits for somebody to type",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "`stdin` and `tty` keep a terminal open for `kubectl attach`. A shell that is started that way is a shell for whoever \
          may attach, which is another right than `exec`. Bare pods and ephemeral containers are made for it, and are not \
          reported.",
    prevents: "Someone with the right to attach, but not to exec, gets a shell.",
    bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector:
    matchLabels: {app: app}
  template:
    metadata:
      labels: {app: app}
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
          stdin: true
          tty: true
",
    good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector:
    matchLabels: {app: app}
  template:
    metadata:
      labels: {app: app}
    spec:
      containers:
        - name: app
          image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    if context.object.kind == Kind::Pod {
        return;
    }
    for container in context.pod.containers.iter().filter(|container| container.role != Role::Ephemeral) {
        for field in
            [container.fields.stdin, container.fields.tty].into_iter().flatten().filter(|field| field.is_true())
        {
            let message = format!("container `{}` waits for somebody to type", container.name());
            let key = field.key.text().unwrap_or_default();
            let fix = sink.fix(|text| edit::remove(text, container.node, key));
            let report = Diagnostic::new(field.span(), message).label("expected nothing").container(container.name());
            sink.report(report.fix(Safety::Unsafe, format!("take `{key}` out"), fix));
        }
    }
}
