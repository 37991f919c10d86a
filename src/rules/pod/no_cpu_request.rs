//! `no-cpu-request`

use super::resources::{Bound, lacking};
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "no-cpu-request",
    summary: "a container reserves no processor time",
    severity: Severity::Low,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "The scheduler places a pod by its requests, and the kernel shares processor time by them. A container \
          without a request gets what the others leave. An autoscaler that aims at a share of the request has nothing \
          to compute with. A limit without a request counts as both.",
    prevents: "The app gets no processor time while its neighbours run, though it does nothing wrong.",
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
          cpu: 100m
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for (container, place) in lacking(context, sink.settings.kubernetes, Bound::Requests, "cpu") {
        let message = format!("container `{}` reserves no processor time", container.name());
        sink.report(
            Diagnostic::new(place, message).label("expected `resources.requests.cpu`").container(container.name()),
        );
    }
}
