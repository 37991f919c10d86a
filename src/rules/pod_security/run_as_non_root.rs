//! `run-as-non-root`

use serde_json::json;

use super::implicit::Implicit;
use super::words::{Setters, containers};
use super::{Control, Holder, Violation};
use crate::k8s::pod::{is_false, is_true};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "run-as-non-root",
    summary: "nothing keeps a container from running as root",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("restricted: Running as Non-root"), cis("5.2.7"), nsa("Pod security enforcement")],
    why: "With `runAsNonRoot: true` the kubelet refuses to start what would run as user 0. Without it the image \
          decides, and most images choose root. What a container says counts before what the pod says. From policy \
          1.35 on, pods in a user namespace of their own (`hostUsers: false`) are exempt: their root is nobody on the \
          node.",
    prevents: "Root in the container is root for the kernel: it owns what it finds mounted, and a way out of the container ends \
               as root on the node.",
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
  securityContext:
    runAsNonRoot: true
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "runAsNonRoot", level: Level::Restricted, since: 0, overrides: &[], evaluate };

const PATH: [&str; 2] = ["securityContext", "runAsNonRoot"];

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let pod = context.pod;
    if super::is_exempt_user_namespace(context) {
        return None;
    }
    let mut setters = Setters::default();
    for holder in Holder::all(pod) {
        let field = holder.security().run_as_non_root;
        let Some(field) = field.filter(|_| is_false(field)) else { continue };
        setters.add(holder);
        let edit = sink.fix(|text| edit::set(text, holder.node(), &PATH, &json!(true)));
        let report = holder.report(field.span(), "may run as root").label("expected `true`").fix(
            Safety::Unsafe,
            "set `runAsNonRoot: true`",
            edit,
        );
        sink.report(report);
    }
    let explicit = sink.words(!setters.is_empty(), || Violation {
        reason: "runAsNonRoot != true",
        detail: format!("{setters} must not set securityContext.runAsNonRoot=false"),
    });
    if is_true(pod.security.run_as_non_root) {
        return explicit;
    }
    let implicit = Implicit::of(pod, |security| security.run_as_non_root.is_none());
    if pod.security.run_as_non_root.is_none() {
        implicit.report(
            ("may run as root, as nothing forbids it", "may run as root, as nothing forbids it"),
            "expected `runAsNonRoot: true`",
            (&PATH, &json!(true)),
            "set `runAsNonRoot: true`",
            sink,
        );
    }
    explicit.or_else(|| {
        let names = implicit.names();
        sink.words(!names.is_empty(), || Violation {
            reason: "runAsNonRoot != true",
            detail: format!("pod or {} must set securityContext.runAsNonRoot=true", containers(&names)),
        })
    })
}
