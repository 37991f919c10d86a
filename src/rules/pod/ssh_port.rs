//! `ssh-port`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "ssh-port",
    summary: "a container offers SSH",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[],
    why: "An SSH server in a container needs keys and accounts in the image, runs as root to switch users, and is in \
          no audit log of the cluster. `kubectl exec` and `kubectl debug` go through the API server, with its rights \
          and its log.",
    prevents: "An attacker who guesses or finds a key gets in past every right that the cluster knows.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      ports:
        - containerPort: 22
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
      ports:
        - containerPort: 8080
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        for port in container.fields.ports.into_iter().flat_map(|ports| ports.value.items()) {
            let Some(field) = Field::of(port, "containerPort") else { continue };
            if field.value.as_int() != Some(22) {
                continue;
            }
            let message = format!("container `{}` offers SSH", container.name());
            sink.report(Diagnostic::new(field.span(), message).label("the port of SSH").container(container.name()));
        }
    }
}
