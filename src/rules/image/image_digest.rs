//! `image-digest`

use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "image-digest",
    summary: "an image is not fixed by its digest",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[nsa("Building secure container images")],
    why: "A tag can be moved by whoever may push to the repository, or by whoever answers for the registry. A digest is the hash \
          of the content: what was tested and signed is what runs, on every node. `name:tag@sha256:…` keeps the tag for people. \
          Off, since it takes a tool that renews digests to live with them.",
    prevents: "An attacker who may push an image cannot change what runs under a name that was already reviewed.",
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
      image: ghcr.io/acme/app:1.2.3@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        let Some(field) = container.fields.image else { continue };
        if field.value.as_str().is_none_or(|text| text.is_empty() || text.contains('@')) {
            continue;
        }
        let message = format!("the image of container `{}` is not fixed by its digest", container.name());
        sink.report(
            Diagnostic::new(field.value.span(), message)
                .label("expected `@sha256:…` at its end")
                .container(container.name()),
        );
    }
}
