//! `default-service-account`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "default-service-account",
    summary: "a pod runs as the account that all pods of its namespace share",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[cis("5.1.5")],
    why: "A pod that names no account runs as `default`, as do all others in the namespace that name none. Roles, network \
          identities and the right to pull images then cannot tell one app from another. Off, since `mounted-token` reports \
          the case that hurts at once.",
    prevents: "A role that somebody binds to `default` for one app is held by every pod of the namespace.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
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
  serviceAccountName: app
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    if pod.service_account() != "default" {
        return;
    }
    let field = pod.fields.service_account_name.or(pod.fields.service_account);
    let report = Diagnostic::new(
        field.map_or(pod.place, Field::span),
        "the pod runs as the service account `default` of its namespace",
    )
    .label("expected `serviceAccountName` with an account of its own");
    sink.report(report);
}
