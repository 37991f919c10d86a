//! `added-capability`

use crate::diagnostic::Diagnostic;
use crate::k8s::pod_security::{Level, Policy};
use crate::rules::pod_security::capabilities_baseline::ALLOWED;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "added-capability",
    summary: "a container adds a capability",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[cis("5.2.9"), nsa("Pod security enforcement")],
    why: "Each capability is a part of what root may do. Most are not needed: for a port below 1024, the safe sysctl \
          `net.ipv4.ip_unprivileged_port_start` does without. What the Pod Security level of the pod refuses is \
          reported by the rules of that level; this one reports what the level allows.",
    prevents: "What an attacker in the container may do with the kernel stays as little as possible.",
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
          drop: [ALL]
          add: [NET_BIND_SERVICE]
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
          drop: [ALL]
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

/// The first policy version in which `restricted` has a rule of its own for capabilities.
const RESTRICTED_SINCE: u8 = 22;

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        let added = container.security.capabilities.and_then(|capabilities| capabilities.value.get("add"));
        let Some(added) = added else { continue };
        for (at, item) in added.items().enumerate() {
            let Some(name) = item.text().filter(|name| allows(context.policy, name)) else { continue };
            let message = format!("container `{}` adds the capability {name}", container.name());
            let report = Diagnostic::new(item.span(), message).label("expected none");
            let fix = sink.fix(|text| edit::remove_item(text, added, at));
            sink.report(report.container(container.name()).fix(Safety::Unsafe, "take the capability out", fix));
        }
    }
}

/// Whether Pod Security allows the capability.
fn allows(policy: Policy, name: &str) -> bool {
    match policy.level {
        Level::Privileged => true,
        Level::Restricted if policy.version.minor() >= RESTRICTED_SINCE => name == "NET_BIND_SERVICE",
        Level::Restricted | Level::Baseline => ALLOWED.contains(&name),
    }
}
