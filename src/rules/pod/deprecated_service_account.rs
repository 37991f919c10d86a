//! `deprecated-service-account`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "deprecated-service-account",
    summary: "the account is named by the deprecated field `serviceAccount`",
    severity: Severity::Low,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "`serviceAccount` is the old name of `serviceAccountName`. The API server copies it only where the new one is \
          empty; where both are there, the old one is ignored without a word. Policies and tools that read the new \
          name miss an account that is set by the old one. Where both are equal, as in what the API server returns, \
          nothing is reported.",
    prevents: "A pod runs as another account than the one that its author, or whoever reviewed it, read in the manifest.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  serviceAccount: app
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
    fix: Some(Safety::Safe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let (fields, spec) = (&context.pod.fields, context.pod.spec);
    let Some(old) = fields.service_account else { return };
    let Some(name) = old.value.as_str().filter(|name| !name.is_empty()) else { return };
    match fields.service_account_name {
        Some(new) if new.value.as_str() == Some(name) => {}
        Some(new) if new.value.text().is_some_and(|text| !text.is_empty()) => {
            let fix = sink.fix(|text| edit::remove(text, spec, "serviceAccount"));
            let message = format!("`serviceAccount: {name}` is ignored, as `serviceAccountName` is another");
            let report =
                Diagnostic::new(old.span(), message).label("has no effect").related(new.span(), "this one counts");
            sink.report(report.fix(Safety::Safe, "take `serviceAccount` out", fix));
        }
        new => {
            let fix = sink.fix(|text| match new {
                Some(_) => edit::set(text, spec, &["serviceAccountName"], &json!(name)),
                None => edit::rename(text, spec, "serviceAccount", "serviceAccountName"),
            });
            let message = format!("the account `{name}` is named by the deprecated field `serviceAccount`");
            let report = Diagnostic::new(old.span(), message).label(format!("expected `serviceAccountName: {name}`"));
            sink.report(report.fix(Safety::Safe, "use `serviceAccountName`", fix));
        }
    }
}
