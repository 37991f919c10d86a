//! `no-ephemeral-storage-limit`

use super::resources::{Bound, lacking};
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "no-ephemeral-storage-limit",
    summary: "a container may fill the disk of its node",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[nsa("Resource policies")],
    why: "Logs, the writable layer and `emptyDir` volumes lie on the disk of the node. Without a limit of \
          `ephemeral-storage` one container can fill it. Off, since most manifests do without, and the kubelet's eviction \
          catches the worst.",
    prevents: "A container that writes and writes makes the node evict the pods of others.",
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
          ephemeral-storage: 256Mi
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for (container, place) in lacking(context, sink.settings.kubernetes, Bound::Limits, "ephemeral-storage") {
        let message = format!("container `{}` may fill the disk of its node", container.name());
        sink.report(
            Diagnostic::new(place, message)
                .label("expected `resources.limits.ephemeral-storage`")
                .container(container.name()),
        );
    }
}
