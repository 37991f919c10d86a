//! `shared-process-namespace`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::is_true;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "shared-process-namespace",
    summary: "the containers of a pod see each other's processes",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[],
    why: "With `shareProcessNamespace: true` every container sees the processes of the others. Under the same user id it can \
          signal them, read their environment, and reach their files, mounted secrets too, through `/proc/<pid>/root`.",
    prevents: "A sidecar that is taken over has the secrets of the app beside it, though it mounts none of them.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  shareProcessNamespace: true
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
    - name: proxy
      image: ghcr.io/acme/proxy:1.2.3
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
    - name: proxy
      image: ghcr.io/acme/proxy:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let pod = context.pod;
    let Some(field) = pod.fields.share_process_namespace.filter(|field| is_true(Some(*field))) else { return };
    let fix = sink.fix(|text| edit::set(text, pod.spec, &["shareProcessNamespace"], &json!(false)));
    sink.report(
        Diagnostic::new(field.span(), "the containers of the pod see each other's processes")
            .label("expected `false`, or nothing")
            .fix(Safety::Unsafe, "set `shareProcessNamespace: false`", fix),
    );
}
