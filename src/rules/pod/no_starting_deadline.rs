//! `no-starting-deadline`

use crate::diagnostic::Diagnostic;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "no-starting-deadline",
    summary: "a CronJob without a starting deadline",
    severity: Severity::Low,
    category: Category::Reliability,
    on: false,
    controls: &[],
    why: "Without `startingDeadlineSeconds` a CronJob looks back over all times since its last run. After 100 missed \
          ones, as with a controller that was away, it starts nothing any more and only logs it; and what was missed \
          an hour ago starts whenever the controller is back. With a deadline it counts only what was missed within \
          it.",
    prevents: "The nightly job never runs again after a long maintenance, and nobody notices.",
    bad: "\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: \"0 3 * * *\"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: ghcr.io/acme/report:1.2.3
",
    good: "\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: \"0 3 * * *\"
  startingDeadlineSeconds: 600
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: ghcr.io/acme/report:1.2.3
",
    fix: None,
    check: RuleKind::Object(check),
};

fn check(object: &Object<'_, '_>, sink: &mut Sink<'_>) {
    if object.kind != Kind::CronJob {
        return;
    }
    let Some(spec) = Field::of(object.root, "spec") else { return };
    if Field::of(spec.value, "startingDeadlineSeconds").is_none() {
        let message = format!("the CronJob `{}` has no deadline for a start that was missed", object.name());
        sink.report(Diagnostic::new(spec.key.span(), message).label("`startingDeadlineSeconds` is missing"));
    }
}
