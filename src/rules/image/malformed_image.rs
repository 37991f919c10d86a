//! `malformed-image`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::image::ImageRef;
use crate::k8s::source::{Later, has_expression, has_variable};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "malformed-image",
    summary: "an image cannot be read as one",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The API server takes nearly any text for an image. The kubelet does not, and the pod stays at \
          `InvalidImageName` until somebody looks. Upper case letters in the repository, a scheme before it and a \
          digest that is cut short are the usual mistakes.",
    prevents: "A rollout hangs, found only in the events of the pods.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: https://ghcr.io/acme/app:1.2.3
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
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

/// Whether the image is written before anything is applied: by ko, which builds that of a Go package, or for a variable.
fn is_built_later(text: &str) -> bool {
    has_variable(text)
        || has_expression(text)
        || text
            .strip_prefix("ko://")
            .is_some_and(|package| !package.is_empty() && !package.contains(char::is_whitespace))
}

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        let Some(field) = container.fields.image else { continue };
        let Some(text) = field.value.as_str().filter(|text| !text.is_empty()) else { continue };
        let Err(error) = ImageRef::parse(text) else { continue };
        if is_built_later(text) {
            sink.explain(Later::Filled);
            continue;
        }
        let message = format!("the image of container `{}` {error}", container.name());
        let mut report = Diagnostic::new(field.value.span(), message).container(container.name());
        if let Some(near) = error.suggestions.first() {
            let fix = sink.fix(|text| edit::set(text, container.node, &["image"], &json!(near)));
            report =
                report.label(format!("expected `{near}`")).fix(Safety::Unsafe, "write the image that was meant", fix);
        }
        sink.report(report);
    }
}
