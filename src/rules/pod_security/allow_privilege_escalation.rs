//! `allow-privilege-escalation`

use serde_json::json;

use super::capabilities_baseline::listed;
use super::words::containers;
use super::{Control, Holder, Violation};
use crate::k8s::pod::{Container, Field, is_false, is_true};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "allow-privilege-escalation",
    summary: "a process in a container can gain privileges",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("restricted: Privilege Escalation"), cis("5.2.6"), nsa("Pod security enforcement")],
    why: "`allowPrivilegeEscalation: false` sets `no_new_privs` for the first process and all that come of it: programs with the \
          set-user-ID bit or file capabilities then run without them. The default is `true`, so it has to be set for every \
          container. The API server refuses `false` next to `privileged: true` and next to the capability `SYS_ADMIN`.",
    prevents: "An attacker who got in as an ordinary user becomes root through `sudo`, `su`, or a program with a fault.",
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
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      securityContext:
        allowPrivilegeEscalation: false
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control =
    Control { id: "allowPrivilegeEscalation", level: Level::Restricted, since: 8, overrides: &[], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    if super::is_exempt_windows(context) {
        return None;
    }
    let mut names = Vec::new();
    for container in &context.pod.containers {
        let field = container.security.allow_privilege_escalation;
        if is_false(field) {
            continue;
        }
        names.push(container.name());
        let path = ["securityContext", "allowPrivilegeEscalation"];
        let edit = sink
            .fix(|text| edit::set(text, container.node, &path, &json!(false)))
            .filter(|_| !is_refused_with_false(container));
        let report = Holder::Container(container)
            .report(field.map_or_else(|| container.security_place(), Field::span), "lets its processes gain privileges")
            .label("expected `allowPrivilegeEscalation: false`")
            .fix(Safety::Unsafe, "set `allowPrivilegeEscalation: false`", edit);
        sink.report(report);
    }
    sink.words(!names.is_empty(), || Violation {
        reason: "allowPrivilegeEscalation != false",
        detail: format!("{} must set securityContext.allowPrivilegeEscalation=false", containers(&names)),
    })
}

/// Whether the API server would refuse the container with `false`, until something else is fixed.
fn is_refused_with_false(container: &Container<'_, '_>) -> bool {
    is_true(container.security.privileged)
        || listed(container, "add").any(|(_, _, name)| matches!(name, "CAP_SYS_ADMIN" | "SYS_ADMIN"))
}
