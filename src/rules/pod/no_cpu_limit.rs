//! `no-cpu-limit`

use super::resources::{Bound, lacking};
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "no-cpu-limit",
    summary: "a container may take all processor time of its node",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[nsa("Resource policies")],
    why: "Without a limit a container takes all processor time that nobody else requests at that moment. Requests \
          already share it fairly among those that have them, and limits slow apps down that would harm nobody; so \
          this is off. It matters where pods without requests run beside, or where tenants do not trust each other.",
    prevents: "A miner or a loop in one container slows down whatever has no request of its own, and is hard to notice.",
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
          cpu: 500m
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for (container, place) in lacking(context, sink.settings.kubernetes, Bound::Limits, "cpu") {
        let message = format!("container `{}` may take all processor time of its node", container.name());
        sink.report(
            Diagnostic::new(place, message).label("expected `resources.limits.cpu`").container(container.name()),
        );
    }
}
