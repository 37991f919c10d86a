//! `image-groups`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "image-groups",
    summary: "the image can add groups to those of the pod",
    severity: Severity::Low,
    category: Category::Hardening,
    on: false,
    controls: &[],
    why: "Unless `supplementalGroupsPolicy` is `Strict`, the container also has the groups that `/etc/group` of the image gives \
          its user. The manifest then does not tell which files on volumes it may open. Nodes whose runtime is older than \
          containerd 2.0 or CRI-O 1.31 refuse such pods, so this is off.",
    prevents: "Whoever makes the image gets access to a shared volume by a line in a file that nobody reviews.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    runAsUser: 10001
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
    supplementalGroupsPolicy: Strict
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

const KEY: &str = "supplementalGroupsPolicy";

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    if pod.is_windows() {
        return;
    }
    let field = pod.fields.security_context.and_then(|security| Field::of(security.value, KEY));
    if field.is_some_and(|field| field.value.as_str() == Some("Strict")) {
        return;
    }
    let fix = sink.fix(|text| edit::set(text, pod.spec, &["securityContext", KEY], &json!("Strict")));
    sink.report(
        Diagnostic::new(
            field.map_or_else(|| pod.security_place(), Field::span),
            "the image can add groups to those of the pod",
        )
        .label("expected `supplementalGroupsPolicy: Strict`")
        .fix(Safety::Unsafe, "set `supplementalGroupsPolicy: Strict`", fix),
    );
}
