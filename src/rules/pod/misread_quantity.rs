//! `misread-quantity`

use super::resources::Bound;
use crate::kube::pod::{Container, Field};
use crate::kube::quantity::{Quantity, Resource, misreading};
use crate::rules::rule::{Category, Check, Rule, Severity};
use crate::rules::sink::{PodContext, Report, Sink};

pub(super) static RULE: Rule = Rule {
    id: "misread-quantity",
    summary: "an amount of a resource is not what it looks like",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "`memory: 128m` is an eighth of a byte, `cpu: 100` is a hundred cores, and `1GB` is no amount at all. Most of these the \
          API server takes, and no pod ever starts. Zero, which stands for none, is left to other rules.",
    prevents: "Pods that wait for a node with a hundred cores, or are killed the moment they start.",
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
        limits:
          memory: 128m
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
          memory: 128Mi
",
    fix: None,
    check: Check::Pod(check),
};

const RESOURCES: [(&str, Resource); 3] =
    [("cpu", Resource::Cpu), ("memory", Resource::Memory), ("ephemeral-storage", Resource::Storage)];

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_, '_, '_>) {
    look(context.pod.fields.resources, None, sink);
    for container in &context.pod.containers {
        look(container.fields.resources, Some(container), sink);
    }
}

fn look(resources: Option<Field<'_, '_>>, container: Option<&Container<'_, '_>>, sink: &mut Sink<'_, '_, '_>) {
    let Some(resources) = resources else { return };
    for bound in [Bound::Requests, Bound::Limits] {
        let Some(amounts) = resources.value.get(bound.as_str()) else { continue };
        for (key, value) in amounts.fields() {
            let Some(name) = key.text() else { continue };
            let Some((_, resource)) = RESOURCES.iter().find(|(known, _)| *known == name) else { continue };
            let Some(text) = value.text().filter(|_| !value.is_null()) else { continue };
            let Some(problem) = problem(*resource, text) else { continue };
            let who =
                container.map_or_else(|| "the pod".to_owned(), |container| format!("container `{}`", container.name()));
            let message = format!("`{text}` for `{}.{name}` of {who} {problem}", bound.as_str());
            let report = Report::new(value.span(), message);
            sink.report(match container {
                Some(container) => report.container(container),
                None => report,
            });
        }
    }
}

fn problem(resource: Resource, text: &str) -> Option<String> {
    match Quantity::parse(text) {
        Ok(quantity) if quantity.is_zero() => None,
        Ok(quantity) => misreading(resource, &quantity),
        Err(error) => Some(error.to_string()),
    }
}
