//! `duplicate-port`

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::{Node, Span};

pub(super) static RULE: Rule = Rule {
    id: "duplicate-port",
    summary: "a container lists a port twice",
    severity: Severity::Low,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Ports are merged by number and protocol when a manifest is applied: of two entries that share both, one is lost at the \
          next change. Where a container has one port for TCP and UDP, each entry needs its `protocol`.",
    prevents: "A name that a Service leads to disappears after an update that did not touch it.",
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
        - name: dns
          containerPort: 5353
        - name: dns-udp
          containerPort: 5353
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
        - name: dns
          containerPort: 5353
          protocol: TCP
        - name: dns-udp
          containerPort: 5353
          protocol: UDP
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        let Some(ports) = container.fields.ports.filter(|ports| ports.value.items().len() > 1) else { continue };
        let mut known: HashMap<(i128, &str), Span> = HashMap::new();
        for port in ports.value.items() {
            let Some(field) = Field::of(port, "containerPort") else { continue };
            let Some(number) = field.value.as_int() else { continue };
            let first = match known.entry((number, protocol(port))) {
                Entry::Occupied(first) => *first.get(),
                Entry::Vacant(free) => {
                    free.insert(field.span());
                    continue;
                }
            };
            let message = format!("container `{}` lists the port {number}/{} twice", container.name(), protocol(port));
            sink.report(
                Diagnostic::new(field.span(), message)
                    .label("here again")
                    .related(first, "here first")
                    .container(container.name()),
            );
        }
    }
}

fn protocol<'d>(port: Node<'d, '_>) -> &'d str {
    port.get("protocol").and_then(Node::as_str).filter(|protocol| !protocol.is_empty()).unwrap_or("TCP")
}
