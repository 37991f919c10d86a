//! `low-user-id`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Field};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "low-user-id",
    summary: "a user or group id below 10000 may belong to a user of the node",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "Without a user namespace the ids of a container are those of the node. Below 10000 are the accounts of its services \
          and people: `1000` is the first person on most systems, `999` and the like are daemons. Off, since many images are \
          built for such an id.",
    prevents: "A process that breaks out owns the files and processes of the account that happens to have its number.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    runAsUser: 1000
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
  securityContext:
    runAsUser: 10001
    runAsGroup: 10001
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    if pod.is_windows() {
        return;
    }
    for field in [pod.security.run_as_user, pod.security.run_as_group] {
        look(field, None, sink);
    }
    for container in &pod.containers {
        for field in [container.security.run_as_user, container.security.run_as_group] {
            look(field, Some(container), sink);
        }
    }
}

fn look(field: Option<Field<'_, '_>>, container: Option<&Container<'_, '_>>, sink: &mut Sink<'_>) {
    let Some((field, id)) = field.and_then(|field| Some((field, field.value.as_int()?))) else { return };
    if !(1..10_000).contains(&id) {
        return;
    }
    let what = if field.key.text() == Some("runAsUser") { "user" } else { "group" };
    let who = container.map_or_else(|| "the pod".to_owned(), |container| format!("container `{}`", container.name()));
    let report = Diagnostic::new(
        field.span(),
        format!("{who} runs as the {what} id {id}, which may belong to a user of the node"),
    )
    .label("expected 10000 or more");
    sink.report(match container {
        Some(container) => report.container(container.name()),
        None => report,
    });
}
