//! `image-pull-policy`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::image::ImageRef;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "image-pull-policy",
    summary: "an image that is on the node already is used without asking the registry",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "With `imagePullPolicy: Always` the kubelet asks the registry each time, with the credentials of the pod, and \
          downloads only what is new. Otherwise a pod may run any private image that another pod has brought to its \
          node. From 1.35 on the kubelet keeps track of who may use which image, so that this matters less. Off for \
          that reason. The API server takes `Always` where nothing is said and the tag is `latest` or absent.",
    prevents: "A pod without the right to pull a private image runs it, and reads what is in it.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      imagePullPolicy: IfNotPresent
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
      imagePullPolicy: Always
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        let Some(image) = container.fields.image else { continue };
        let policy = container.fields.image_pull_policy;
        let always = match policy.and_then(|policy| policy.value.as_str()) {
            Some(policy) => policy == "Always",
            None => image.value.as_str().is_none_or(pulled_by_default),
        };
        if always {
            continue;
        }
        let message = format!("the image of container `{}` is taken from the node if it is there", container.name());
        let fix = sink.fix(|text| edit::set(text, container.node, &["imagePullPolicy"], &json!("Always")));
        let report =
            Diagnostic::new(policy.unwrap_or(image).span(), message).label("expected `imagePullPolicy: Always`");
        sink.report(report.container(container.name()).fix(Safety::Unsafe, "set `imagePullPolicy: Always`", fix));
    }
}

/// Whether the API server sets `Always` for an image: its tag is `latest`, given or implied.
fn pulled_by_default(image: &str) -> bool {
    ImageRef::parse(image).is_ok_and(|image| image.is_latest() || image.tag().is_none() && !image.is_pinned())
}

#[cfg(test)]
mod tests {
    use super::pulled_by_default;

    #[test]
    fn latest_is_always_pulled() {
        for (image, always) in [
            ("busybox", true),
            ("busybox:latest", true),
            ("registry.example.com:5000/busybox", true),
            ("busybox:1.37", false),
            ("busybox@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false),
        ] {
            assert_eq!(pulled_by_default(image), always, "{image}");
        }
    }
}
