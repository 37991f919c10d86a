//! `missing-readiness-probe`

use super::probes::lasting;
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "missing-readiness-probe",
    summary: "a container that listens does not say when it is ready",
    severity: Severity::Medium,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "A Service sends requests to every pod that is ready, and without a `readinessProbe` a container is ready the \
          moment it has started. Only containers that list a port, in workloads that run for ever, are checked.",
    prevents: "Requests fail at each rollout, as they go to pods that are still starting, and a broken version replaces \
               all good ones.",
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
          ports:
            - containerPort: 8080
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
          ports:
            - containerPort: 8080
          readinessProbe:
            httpGet:
              path: /readyz
              port: 8080
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in lasting(context) {
        if container.fields.readiness_probe.is_some() || !listens(container) {
            continue;
        }
        let message = format!("container `{}` listens and does not say when it is ready", container.name());
        sink.report(
            Diagnostic::new(container.place(), message)
                .label("expected a `readinessProbe`")
                .container(container.name()),
        );
    }
}

fn listens(container: &crate::k8s::pod::Container<'_, '_>) -> bool {
    container.fields.ports.is_some_and(|ports| ports.value.items().next().is_some())
}
