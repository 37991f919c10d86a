//! `interactive-container`

use crate::kube::object::Kind;
use crate::kube::pod::{Role, is_true};
use crate::rules::rule::{Category, Check, Rule, Severity};
use crate::rules::sink::{PodContext, Report, Sink};

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
    fix: None,
    check: Check::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_, '_, '_>) {
    if context.object.kind == Kind::Pod {
        return;
    }
    for container in context.pod.containers.iter().filter(|container| container.role != Role::Ephemeral) {
        let fields = [container.fields.stdin, container.fields.tty];
        let Some(field) = fields.into_iter().flatten().find(|field| is_true(Some(*field))) else { continue };
        let message = format!("container `{}` waits for somebody to type", container.name());
        sink.report(Report::new(field.span(), message).label("expected nothing").container(container));
    }
}
