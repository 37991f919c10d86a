//! `service-links`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Field, is_false};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "service-links",
    summary: "every service of the namespace becomes variables in the containers",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "Unless `enableServiceLinks` is `false`, each container starts with seven or more variables for every Service \
          of its namespace, as Docker links had it. DNS has taken their place. Off, since most manifests leave them on \
          and it rarely matters.",
    prevents: "An attacker reads the addresses of all neighbours from the environment. With some thousand Services, \
               programs fail to start as their environment is too long; and a service named like a setting of the app \
               overrides it.",
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
  enableServiceLinks: false
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    let field = pod.fields.enable_service_links;
    if is_false(field) {
        return;
    }
    let fix = sink.fix(|text| edit::set(text, pod.spec, &["enableServiceLinks"], &json!(false)));
    let place = field.map_or(pod.place, Field::span);
    sink.report(
        Diagnostic::new(place, "the pod gets variables for every service of its namespace")
            .label("expected `enableServiceLinks: false`")
            .fix(Safety::Unsafe, "set `enableServiceLinks: false`", fix),
    );
}
