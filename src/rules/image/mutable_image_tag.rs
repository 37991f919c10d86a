//! `mutable-image-tag`

use crate::diagnostic::Diagnostic;
use crate::k8s::image::ImageRef;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, nsa};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "mutable-image-tag",
    summary: "an image has no tag, or `latest`, and no digest",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[nsa("Building secure container images")],
    why: "`latest`, which an image without a tag gets, is whatever was pushed last. Two pods of one Deployment can run different \
          programs, and nobody can tell what ran yesterday. A version says what was meant, a digest fixes it; with a digest the \
          tag does not matter.",
    prevents: "A restart or a new node brings in a program that nobody tested or meant to run, be it an accident or an attacker \
               who can push.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:latest
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
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        let Some(field) = container.fields.image else { continue };
        let Some(text) = field.value.as_str() else { continue };
        if fixed(text) {
            continue;
        }
        let Ok(image) = ImageRef::parse(text) else { continue };
        let what = if image.is_latest() { "the tag `latest`" } else { "no tag, which means `latest`" };
        let report =
            Diagnostic::new(field.value.span(), format!("the image of container `{}` has {what}", container.name()));
        sink.report(report.label("expected a version or a digest").container(container.name()));
    }
}

/// Whether the text has a digest or a tag other than `latest`, as can be seen without reading it as an image.
fn fixed(text: &str) -> bool {
    if text.contains('@') {
        return true;
    }
    let last = text.rsplit_once('/').map_or(text, |(_, last)| last);
    last.split_once(':').is_some_and(|(_, tag)| tag != "latest")
}
