//! `user-of-image`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Role};
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "user-of-image",
    summary: "the image alone decides as whom a container runs",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "Without `runAsUser` the user is what the image says. With `runAsNonRoot: true` the kubelet then refuses to start an \
          image whose user is a name, as it cannot tell whether that is root. A number in the manifest starts every image, and \
          says which files on volumes the app may open. Off, since some platforms, such as OpenShift, choose the number \
          themselves.",
    prevents: "A new build of the image changes who owns the files, or does not start at all.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    runAsNonRoot: true
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
    runAsNonRoot: true
    runAsUser: 10001
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    if pod.is_windows() || pod.security.run_as_user.is_some() {
        return;
    }
    let decides =
        |container: &&Container<'_, '_>| container.role != Role::Ephemeral && container.security.run_as_user.is_none();
    for container in pod.containers.iter().filter(decides) {
        let message = format!("the image alone decides as whom container `{}` runs", container.name());
        let report = Diagnostic::new(container.security_place(), message).label("expected `runAsUser`");
        sink.report(report.container(container.name()));
    }
}
