//! `image-volume-tag`

use crate::diagnostic::Diagnostic;
use crate::k8s::image::ImageRef;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "image-volume-tag",
    summary: "an image volume by a tag",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[],
    why: "The files of an image volume are part of what runs: models, plugins, settings. A tag may be moved to other \
          files, by whoever may push to the registry, and the next pod that starts has them. A digest names the files \
          themselves.",
    prevents: "Files that nobody has looked at come into a pod without any change of a manifest.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: model
          mountPath: /model
  volumes:
    - name: model
      image:
        reference: ghcr.io/acme/model:1.2.3
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
      volumeMounts:
        - name: model
          mountPath: /model
  volumes:
    - name: model
      image:
        reference: ghcr.io/acme/model:1.2.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for volume in context.pod.fields.volumes.into_iter().flat_map(|volumes| volumes.value.items()) {
        let Some(reference) = Field::of(volume, "image").and_then(|image| Field::of(image.value, "reference")) else {
            continue;
        };
        let Some(Ok(image)) = reference.value.as_str().map(ImageRef::parse) else { continue };
        if image.digest().is_none() {
            let name = volume.get("name").and_then(Node::as_str).unwrap_or_default();
            let message = format!("volume `{name}` holds the files of an image by a tag, which may be moved");
            sink.report(Diagnostic::new(reference.span(), message).label("expected a digest: `@sha256:...`"));
        }
    }
}
