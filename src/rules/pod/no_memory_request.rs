//! `no-memory-request`

use super::resources::{Bound, lacking};
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "no-memory-request",
    summary: "a container reserves no memory",
    severity: Severity::Low,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "The scheduler places a pod by its requests. One without a request fits everywhere, also on a node that is \
          full, and is the first to be evicted. A limit without a request counts as both.",
    prevents: "The pod is evicted, or its neighbours are, as soon as memory gets short.",
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
        requests:
          memory: 128Mi
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for (container, place) in lacking(context, sink.settings.kubernetes, Bound::Requests, "memory") {
        let message = format!("container `{}` reserves no memory", container.name());
        sink.report(
            Diagnostic::new(place, message).label("expected `resources.requests.memory`").container(container.name()),
        );
    }
}
