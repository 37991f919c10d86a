//! `root-group`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Field, SecurityFields};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "root-group",
    summary: "a container has the group of root",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[],
    why: "Group 0 owns files of the system in most images and on every node, and what it may read or write is open to a process \
          that has it, whatever its user. The Pod Security Standards do not look at groups.",
    prevents: "A process without root's user id changes files that were thought to be root's alone.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    runAsUser: 10001
    runAsGroup: 0
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
    let is_root_group = |field: &Field<'_, '_>| field.value.as_int() == Some(0);
    let fields =
        [(pod.security.run_as_group, "the pod runs"), (pod.security.fs_group, "volumes of the pod are shared")];
    for (field, what) in fields {
        let Some(field) = field.filter(is_root_group).filter(|_| !is_root(&pod.security)) else { continue };
        sink.report(
            Diagnostic::new(field.span(), format!("{what} with the group of root"))
                .label("expected another group than 0"),
        );
    }
    for group in pod.security.supplemental_groups.into_iter().flat_map(|groups| groups.value.items()) {
        if group.as_int() == Some(0) {
            let report = Diagnostic::new(group.span(), "the pod has the group of root among its groups");
            sink.report(report.label("expected other groups than 0"));
        }
    }
    for container in &pod.containers {
        let field = container.security.run_as_group.filter(is_root_group);
        let Some(field) = field.filter(|_| !is_root(&container.security)) else { continue };
        let message = format!("container `{}` runs with the group of root", container.name());
        sink.report(
            Diagnostic::new(field.span(), message).label("expected another group than 0").container(container.name()),
        );
    }
}

/// Whether the user beside the group is root itself, to whom the group of root adds nothing.
fn is_root(security: &SecurityFields<'_, '_>) -> bool {
    security.run_as_user.and_then(|user| user.value.as_int()) == Some(0)
}
