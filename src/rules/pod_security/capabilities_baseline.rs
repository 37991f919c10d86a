//! `capabilities-baseline`

use std::collections::BTreeSet;

use super::words::{code, containers, quoted};
use super::{Control, Holder, Violation};
use crate::k8s::pod::{Container, Field};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::{Node, edit};

pub(super) static RULE: Rule = Rule {
    id: "capabilities-baseline",
    summary: "a container adds a capability that it does not have by default",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: Capabilities"), cis("5.2.8"), cis("5.2.9"), nsa("Pod security enforcement")],
    why: "Container runtimes leave root in a container with a small set of capabilities. What is outside of it reaches beyond \
          the container: `SYS_ADMIN` mounts, `SYS_PTRACE` reads other processes, `NET_ADMIN` and `NET_RAW` redirect and forge \
          traffic, `SYS_MODULE` loads code into the kernel. Names count as written: `CAP_CHOWN` or `chown` is not `CHOWN`.",
    prevents: "Code in the container uses the capability to break out to the node, or to pose as another pod on the network.",
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
        capabilities:
          add:
            - NET_ADMIN
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
        capabilities:
          drop:
            - ALL
          add:
            - NET_BIND_SERVICE
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control =
    Control { id: "capabilities_baseline", level: Level::Baseline, since: 0, overrides: &[], evaluate };

/// What `baseline` lets containers add (k8s.io/pod-security-admission/policy, `check_capabilities_baseline.go`).
pub const ALLOWED: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Whether `baseline` lets containers add it.
pub(super) fn is_allowed(capability: &str) -> bool {
    ALLOWED.contains(&capability)
}

/// The members of `capabilities.add` or `capabilities.drop` with their text; null is empty text.
pub(super) fn listed<'d, 's>(
    container: &Container<'d, 's>,
    key: &str,
) -> impl Iterator<Item = (usize, Node<'d, 's>, &'d str)> + use<'d, 's> {
    let list = container.security.capabilities.and_then(|field| Field::of(field.value, key));
    let items = list.into_iter().flat_map(|list| list.value.items().enumerate());
    items.map(|(index, node)| (index, node, node.as_str().unwrap_or("")))
}

/// Reports a member of `capabilities.add`, with the fix that takes it out.
pub(super) fn report_added(
    container: &Container<'_, '_>,
    (index, node, name): (usize, Node<'_, '_>, &str),
    label: &str,
    sink: &mut Sink<'_>,
) {
    let add = container.security.capabilities.and_then(|field| Field::of(field.value, "add"));
    let edit = sink.fix(|text| edit::remove_item(text, add?.value, index));
    let report = Holder::Container(container)
        .report(node.span(), &format!("adds the capability {}", code(name)))
        .label(label)
        .fix(Safety::Unsafe, format!("do not add {}", code(name)), edit);
    sink.report(report);
}

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let mut names = Vec::new();
    let mut capabilities = BTreeSet::new();
    for container in &context.pod.containers {
        let mut is_bad = false;
        for member in listed(container, "add").filter(|(_, _, name)| !is_allowed(name)) {
            is_bad = true;
            capabilities.insert(member.2);
            report_added(container, member, "not among those that a container may have", sink);
        }
        if is_bad {
            names.push(container.name());
        }
    }
    sink.words(!names.is_empty(), || Violation {
        reason: "non-default capabilities",
        detail: format!(
            "{} must not include {} in securityContext.capabilities.add",
            containers(&names),
            quoted(capabilities)
        ),
    })
}
