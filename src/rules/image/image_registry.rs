//! `image-registry`

use crate::diagnostic::Diagnostic;
use crate::k8s::image::ImageRef;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, nsa};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "image-registry",
    summary: "an image comes from a registry that is not on the list",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.5.1"), nsa("Building secure container images")],
    why: "Images are programs of strangers until somebody has looked at them. A list of registries, or of repositories in them, \
          that may be used is the simplest gate: what is built or mirrored there was scanned and signed. Silent until a list is \
          given. `busybox:1.37` comes from `docker.io/library`, as the kubelet has it.",
    prevents: "An image by a name that is near a well-known one, or from an account that was taken over, never starts.",
    bad: "\
# flags: --registry ghcr.io/acme
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme-labs/app:1.2.3
",
    good: "\
# flags: --registry ghcr.io/acme
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
    if sink.settings.registries.is_empty() {
        return;
    }
    for container in &context.pod.containers {
        let Some(field) = container.fields.image else { continue };
        let Some(Ok(image)) = field.value.as_str().map(ImageRef::parse) else { continue };
        let name = image.canonical_name();
        if sink.settings.registries.iter().any(|allowed| covers(allowed, &name)) {
            continue;
        }
        let message =
            format!("container `{}` runs an image of {}, which is not on the list", container.name(), from(&name));
        let label = format!("expected one of {}", sink.settings.registries.join(", "));
        sink.report(Diagnostic::new(field.value.span(), message).label(label).container(container.name()));
    }
    for volume in context.pod.fields.volumes.into_iter().flat_map(|volumes| volumes.value.items()) {
        let reference = Field::of(volume, "image").and_then(|image| Field::of(image.value, "reference"));
        let Some(Ok(image)) = reference.and_then(|it| it.value.as_str()).map(ImageRef::parse) else { continue };
        let name = image.canonical_name();
        if sink.settings.registries.iter().any(|allowed| covers(allowed, &name)) {
            continue;
        }
        let own = volume.get("name").and_then(Node::as_str).unwrap_or_default();
        let message = format!("volume `{own}` is an image of {}, which is not on the list", from(&name));
        let label = format!("expected one of {}", sink.settings.registries.join(", "));
        let place = reference.map_or(volume.span(), |reference| reference.value.span());
        sink.report(Diagnostic::new(place, message).label(label));
    }
}

/// Whether an entry of the list is the registry of an image, or a whole part of its name.
fn covers(allowed: &str, name: &str) -> bool {
    let rest = name.strip_prefix(allowed.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The name without its last part: where the image comes from.
fn from(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(from, _)| from)
}
