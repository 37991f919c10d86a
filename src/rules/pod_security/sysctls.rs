//! `sysctls`

use super::holder::text;
use super::words::code;
use super::{Control, Violation};
use crate::diagnostic::Diagnostic;
use crate::k8s::pod::Field;
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "sysctls",
    summary: "a pod sets a kernel parameter that is not known to be safe",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: Sysctls"), nsa("Pod security enforcement")],
    why: "Kernel parameters are safe for a pod to set if they hold for that pod alone and cannot harm the node. The list of those \
          grew with Kubernetes: policy 1.27 added `net.ipv4.ip_local_reserved_ports`, 1.29 the `tcp_keepalive` ones and \
          `tcp_fin_timeout`, 1.32 `tcp_rmem` and `tcp_wmem`, 1.37 `tcp_slow_start_after_idle` and `tcp_notsent_lowat`.",
    prevents: "A pod weakens the network stack or exhausts memory of the node for its neighbours.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    sysctls:
      - name: kernel.msgmax
        value: \"65536\"
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
    sysctls:
      - name: net.ipv4.ip_unprivileged_port_start
        value: \"80\"
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "sysctls", level: Level::Baseline, since: 0, overrides: &[], evaluate };

/// Those that a pod may set, each with the number after `1.` of the first policy that allows it.
const SAFE: [(&str, u8); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_notsent_lowat", 37),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.tcp_wmem", 32),
];

/// The number after `1.` of the first policy that allows it; `None` if none does.
fn allowed_since(name: &str) -> Option<u8> {
    SAFE.iter().find(|(safe, _)| *safe == name).map(|(_, since)| *since)
}

/// Those that the policy of 1.`minor` allows.
pub fn allowed(minor: u8) -> impl Iterator<Item = &'static str> {
    SAFE.iter().filter(move |(_, since)| *since <= minor).map(|(name, _)| *name)
}

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let list = context.pod.security.sysctls?;
    let mut names = Vec::new();
    for (index, item) in list.value.items().enumerate() {
        let field = Field::of(item, "name");
        let name = text(field);
        let since = allowed_since(name);
        if since.is_some_and(|since| since <= context.policy.version.minor()) {
            continue;
        }
        names.push(name);
        let label = since.map_or_else(
            || "not among those that a pod may set".to_owned(),
            |since| format!("allowed from policy v1.{since} on"),
        );
        let edit = sink.fix(|text| edit::remove_item(text, list.value, index));
        let span = field.map_or_else(|| item.span(), Field::span);
        let report = Diagnostic::new(span, format!("the pod sets the kernel parameter {}", code(name)))
            .label(label)
            .fix(Safety::Unsafe, format!("do not set {}", code(name)), edit);
        sink.report(report);
    }
    sink.words(!names.is_empty(), || Violation { reason: "forbidden sysctls", detail: names.join(", ") })
}
