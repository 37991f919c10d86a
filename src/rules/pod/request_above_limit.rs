//! `request-above-limit`

use std::collections::HashMap;

use super::resources::Bound;
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Field};
use crate::k8s::quantity::Quantity;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "request-above-limit",
    summary: "a container requests more than its limit",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "A request is what is reserved, a limit what may be used at most. The API server refuses a pod whose request is the \
          greater; a Deployment it takes, and finds out when it makes the pods.",
    prevents: "A rollout that cannot create a single pod.",
    bad: "\
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
          memory: 1Gi
        limits:
          memory: 512Mi
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
          memory: 512Mi
        limits:
          memory: 512Mi
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    look(context.pod.fields.resources, None, sink);
    for container in &context.pod.containers {
        look(container.fields.resources, Some(container), sink);
    }
}

/// So many amounts are looked up one by one.
const FEW: usize = 16;

fn look(resources: Option<Field<'_, '_>>, container: Option<&Container<'_, '_>>, sink: &mut Sink<'_>) {
    let Some(resources) = resources else { return };
    let of = |bound: Bound| resources.value.get(bound.as_str());
    let (Some(requests), Some(limits)) = (of(Bound::Requests), of(Bound::Limits)) else { return };
    let mut many: Option<HashMap<&str, Field<'_, '_>>> = None;
    if requests.entries().len() > FEW {
        let fields = limits.fields().filter_map(|(key, value)| Some((key.text()?, Field { key, value })));
        many = Some(fields.filter(|(_, field)| !field.value.is_null()).collect());
    }
    for (key, value) in requests.fields() {
        let Some(name) = key.text() else { continue };
        let limit = many.as_ref().map_or_else(|| Field::of(limits, name), |many| many.get(name).copied());
        let Some(limit) = limit else { continue };
        let (Some(asked), Some(most)) = (value.text(), limit.value.text()) else { continue };
        if asked == most {
            continue;
        }
        let (Ok(request), Ok(bound)) = (Quantity::parse(asked), Quantity::parse(most)) else { continue };
        if request <= bound {
            continue;
        }
        let who =
            container.map_or_else(|| "the pod".to_owned(), |container| format!("container `{}`", container.name()));
        let message = format!("{who} requests {asked} of {name}, above its limit of {most}");
        let report = Diagnostic::new(Field { key, value }.span(), message)
            .label(format!("expected {most} or less"))
            .related(limit.span(), "the limit");
        sink.report(match container {
            Some(container) => report.container(container.name()),
            None => report,
        });
    }
}
