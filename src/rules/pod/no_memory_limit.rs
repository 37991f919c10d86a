//! `no-memory-limit`

use super::resources::{Bound, lacking};
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "no-memory-limit",
    summary: "a container may take all memory of its node",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[nsa("Resource policies")],
    why: "A container without a limit takes memory until the node has none left. The kernel then kills processes of \
          others, and the kubelet evicts pods. A limit ends the container that leaks, not its neighbours.\n\nA limit of \
          the pod as a whole counts, from 1.34 on, and so does the default of a LimitRange in the same input. A limit of \
          zero is none.",
    prevents: "A leak, or an attacker who makes the app allocate, takes down the other pods of the node.",
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
      resources:
        limits:
          memory: 128Mi
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for (container, place) in lacking(context, sink.settings.kubernetes, Bound::Limits, "memory") {
        let message = format!("container `{}` may take all memory of its node", container.name());
        sink.report(
            Diagnostic::new(place, message).label("expected `resources.limits.memory`").container(container.name()),
        );
    }
}
