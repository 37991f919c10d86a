//! `missing-liveness-probe`

use super::probes::lasting;
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "missing-liveness-probe",
    summary: "nothing notices when a container hangs",
    severity: Severity::Low,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "The kubelet restarts a container whose process ends, and only with a `livenessProbe` one that hangs. It \
          should look at the process alone: one that queries a database turns a short failure of it into a restart of \
          everything. Only containers of workloads that run for ever are checked.",
    prevents: "A deadlock lasts until somebody notices.",
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
          livenessProbe:
            httpGet:
              path: /healthz
              port: 8080
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in lasting(context) {
        if container.fields.liveness_probe.is_some() {
            continue;
        }
        let message = format!("nothing notices when container `{}` hangs", container.name());
        sink.report(
            Diagnostic::new(container.place(), message).label("expected a `livenessProbe`").container(container.name()),
        );
    }
}
