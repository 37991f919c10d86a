//! `privileged-port`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "privileged-port",
    summary: "a container listens below port 1024",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "Ports below 1024 need root, the capability NET_BIND_SERVICE, or the sysctl \
          `net.ipv4.ip_unprivileged_port_start`. A Service can offer port 80 and lead to 8080, so that none of these \
          is needed. Off, since newer runtimes open these ports to everybody.",
    prevents: "An image stays with root, or a capability, for nothing but a port number.",
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
        - containerPort: 80
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
            let Some(number) = field.value.as_int().filter(|number| (1..1024).contains(number)) else { continue };
            let message = format!("container `{}` listens on port {number}, below 1024", container.name());
            sink.report(
                Diagnostic::new(field.span(), message).label("expected 1024 or more").container(container.name()),
            );
        }
    }
}
