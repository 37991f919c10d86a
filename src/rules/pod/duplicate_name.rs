//! `duplicate-name`

use super::duplicates::{self, Twice};
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Role};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "duplicate-name",
    summary: "two parts of a pod share what must be their own",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Containers of a pod, of every list of it together, need names of their own; so do its volumes, the ports of each \
          container, and the paths on which it mounts. The API server refuses the rest, but where two such members are merged \
          by name on their way, one of them is silently gone.",
    prevents: "A rollout that cannot create a single pod.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  initContainers:
    - name: app
      image: ghcr.io/acme/migrate:1.2.3
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
  initContainers:
    - name: migrate
      image: ghcr.io/acme/migrate:1.2.3
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    // in the order in which the API server compares them
    let in_order = [Role::Main, Role::Init, Role::Ephemeral].into_iter().flat_map(|role| pod.of_role(role));
    duplicates::among(in_order.map(|container| container.fields.name), &mut |twice| {
        report(format!("two containers of the pod have the name `{}`", twice.name), twice, None, sink);
    });
    if let Some(volumes) = pod.fields.volumes {
        duplicates::each(volumes.value, "name", &mut |twice| {
            report(format!("two volumes of the pod have the name `{}`", twice.name), twice, None, sink);
        });
    }
    for container in &pod.containers {
        if let Some(ports) = container.fields.ports {
            duplicates::each(ports.value, "name", &mut |twice| {
                let message = format!("two ports of container `{}` have the name `{}`", container.name(), twice.name);
                report(message, twice, Some(container), sink);
            });
        }
        if let Some(mounts) = container.fields.volume_mounts {
            duplicates::each(mounts.value, "mountPath", &mut |twice| {
                let message = format!("container `{}` mounts twice on `{}`", container.name(), twice.name);
                report(message, twice, Some(container), sink);
            });
        }
    }
}

fn report(message: String, twice: Twice<'_>, container: Option<&Container<'_, '_>>, sink: &mut Sink<'_>) {
    let report = Diagnostic::new(twice.second, message).label("here again").related(twice.first, "here first");
    sink.report(match container {
        Some(container) => report.container(container.name()),
        None => report,
    });
}
