//! `proc-mount-restricted`

use super::{Control, Violation, proc_mount};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa, pss};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "proc-mount-restricted",
    summary: "a container in a user namespace sees `/proc` without its masks",
    severity: Severity::Low,
    category: Category::Security,
    on: true,
    controls: &[pss("restricted: /proc Mount Type"), nsa("Pod security enforcement")],
    why: "From policy 1.35 on, `baseline` lets pods with `hostUsers: false` mount `/proc` without the masks that \
          runtimes put on it, so that containers can be nested. `restricted` does not: what is masked shows much of \
          the node, and a user namespace leaves more of the kernel open to attack. Pods without a user namespace are \
          reported by `proc-mount`.",
    prevents: "A fault of the kernel that needs the masked files is out of reach.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  hostUsers: false
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
  hostUsers: false
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      securityContext:
        procMount: Default
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control =
    Control { id: "procMount_restricted", level: Level::Restricted, since: 35, overrides: &["procMount"], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    proc_mount::unmasked(context, proc_mount::is_relaxed(context), sink)
}
