//! `proc-mount`

use std::collections::BTreeSet;

use super::holder::text;
use super::words::{code, containers, quoted};
use super::{Control, Holder, Violation};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "proc-mount",
    summary: "a container sees `/proc` without its masks",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: /proc Mount Type"), nsa("Pod security enforcement")],
    why: "Runtimes hide and write-protect the parts of `/proc` that belong to the kernel and to the whole node, such \
          as `/proc/sys`, `/proc/kcore` and `/proc/sysrq-trigger`. `procMount: Unmasked` exposes them. From policy \
          1.35 on, `baseline` allows it for pods in a user namespace of their own (`hostUsers: false`), whose root is \
          nobody there.",
    prevents: "Root in the container sets kernel parameters of the node, for example a core dump handler that runs as root.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      securityContext:
        procMount: Unmasked
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
      securityContext:
        procMount: Default
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "procMount", level: Level::Baseline, since: 0, overrides: &[], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    if is_relaxed(context) { None } else { unmasked(context, true, sink) }
}

/// Whether `baseline` lets containers mount `/proc` as they like.
pub(super) fn is_relaxed(context: &PodContext<'_, '_, '_>) -> bool {
    context.policy.version.minor() >= 35 && context.pod.has_user_namespace()
}

/// What the API server says of containers that set anything but `Default`, each of them reported if so wished.
pub(super) fn unmasked(context: &PodContext<'_, '_, '_>, is_reported: bool, sink: &mut Sink<'_>) -> Option<Violation> {
    let mut names = Vec::new();
    let mut types = BTreeSet::new();
    for container in &context.pod.containers {
        let Some(field) = container.security.proc_mount else { continue };
        let kind = text(Some(field));
        if kind == "Default" {
            continue;
        }
        names.push(container.name());
        types.insert(kind);
        if is_reported {
            let security = container.fields.security_context;
            let edit = sink.fix(|text| edit::remove(text, security?.value, "procMount"));
            let report = Holder::Container(container)
                .report(field.span(), &format!("mounts `/proc` as {}", code(kind)))
                .label("expected `Default`, or nothing")
                .fix(Safety::Unsafe, "remove `procMount`", edit);
            sink.report(report);
        }
    }
    sink.words(!names.is_empty(), || Violation {
        reason: "procMount",
        detail: format!("{} must not set securityContext.procMount to {}", containers(&names), quoted(types)),
    })
}
