//! `host-ports`

use std::collections::BTreeSet;

use super::holder::whole;
use super::words::{containers, plural};
use super::{Control, Holder, Violation};
use crate::k8s::object::Kind;
use crate::k8s::pod::{Container, Field, Role, is_true};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::{Node, edit};

pub(super) static RULE: Rule = Rule {
    id: "host-ports",
    summary: "a container takes a port of the node",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: Host Ports"), cis("5.2.12"), nsa("Pod security enforcement")],
    why: "A host port is open on every address of the node. It bypasses Services and Ingresses, and with many network plugins \
          NetworkPolicies too, and only one pod of a node can have it.",
    prevents: "The port is reached from outside the cluster though nobody meant to publish it, or a pod takes the place of a \
               service of the node.",
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
        - containerPort: 8080
          hostPort: 8080
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
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "hostPorts", level: Level::Baseline, since: 0, overrides: &[], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    // sorted as texts, as the API server does
    let mut numbers: BTreeSet<String> = BTreeSet::new();
    let mut names = Vec::new();
    for container in &context.pod.containers {
        let mut is_bad = false;
        let ports = container.fields.ports;
        for port in ports.into_iter().flat_map(|ports| ports.value.items()) {
            let field = Field::of(port, "hostPort");
            let number = match whole(field) {
                Some(number) if number != 0 => {
                    report(container, port, field, number, sink);
                    number
                }
                _ => match implied(context, container, port) {
                    Some(number) => number,
                    None => continue,
                },
            };
            is_bad = true;
            numbers.insert(number.to_string());
        }
        if is_bad {
            names.push(container.name());
        }
    }
    sink.words(!names.is_empty(), || Violation {
        reason: "hostPort",
        detail: format!(
            "{} {} {} {}",
            containers(&names),
            plural(names.len(), "uses", "use"),
            plural(numbers.len(), "hostPort", "hostPorts"),
            numbers.into_iter().collect::<Vec<_>>().join(", ")
        ),
    })
}

fn report(
    container: &Container<'_, '_>,
    port: Node<'_, '_>,
    field: Option<Field<'_, '_>>,
    number: i128,
    sink: &mut Sink<'_>,
) {
    let Some(field) = field else { return };
    let edit = sink.fix(|text| edit::remove(text, port, "hostPort"));
    let report = Holder::Container(container)
        .report(field.span(), &format!("takes port {number} of the node"))
        .label("expected `0`, or nothing")
        .help("publish the port through a Service")
        .fix(Safety::Unsafe, format!("remove `hostPort: {number}`"), edit);
    sink.report(report);
}

/// The host port that the API server writes into pods that run in the network of the node. It does so for pods, not for the
/// templates of pods; [`super::host_namespaces`] reports the cause.
fn implied(context: &PodContext<'_, '_, '_>, container: &Container<'_, '_>, port: Node<'_, '_>) -> Option<i128> {
    let is_defaulted = context.object.kind == Kind::Pod
        && container.role != Role::Ephemeral
        && is_true(context.pod.fields.host_network);
    if is_defaulted { whole(Field::of(port, "containerPort")).filter(|number| *number != 0) } else { None }
}
