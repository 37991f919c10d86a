//! `mounted-token`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Field, is_false};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "mounted-token",
    summary: "a pod gets a token for the Kubernetes API",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[cis("5.1.6"), nsa("Protecting Pod service account tokens")],
    why: "Unless told otherwise, the API server puts a token of the pod's service account into every container. Few apps ever \
          call the API. Those that do are better served by a `projected` volume with a `serviceAccountToken`: it names its \
          audience and its lifetime, and only the container that mounts it has it.\n\nThe value in the pod wins over that in \
          its ServiceAccount.",
    prevents: "Whoever reads files in the container, be it by a path traversal, speaks to the API server as the app, and gets \
               whatever roles its account has now or later.",
    bad: "\
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
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  serviceAccountName: app
  automountServiceAccountToken: false
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    let field = pod.fields.automount_service_account_token;
    if is_false(field) || context.account_gives_no_token {
        return;
    }
    let message = match pod.service_account() {
        "default" => {
            "the pod gets an API token of the account `default`, which others in its namespace share".to_owned()
        }
        account => format!("the pod gets an API token of the account `{account}`"),
    };
    let fix = sink.fix(|text| edit::set(text, pod.spec, &["automountServiceAccountToken"], &json!(false)));
    sink.report(
        Diagnostic::new(field.map_or(pod.place, Field::span), message)
            .label("expected `automountServiceAccountToken: false`")
            .fix(Safety::Unsafe, "set `automountServiceAccountToken: false`", fix),
    );
}
