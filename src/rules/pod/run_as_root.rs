//! `run-as-root`

use serde_json::json;

use crate::kube::pod::{Container, Field, Pod, is_false, is_true};
use crate::rules::pod_security::Level;
use crate::rules::rule::{Category, Check, Rule, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Report, Sink};
use crate::yaml::{Span, edit};

pub(super) static RULE: Rule = Rule {
    id: "run-as-root",
    summary: "a container may run as root",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[
        pss("restricted: Running as Non-root"),
        cis("5.2.7"),
        nsa("Non-root containers and rootless container engines"),
    ],
    why: "Unless `runAsNonRoot` or `runAsUser` says otherwise, the image decides, and most images say root. Root in a container \
          is root to the kernel: it owns what it mounts, and what keeps it from the node is one mistake away.\n\nAt the level \
          `restricted` the rules of that level report this. There, from policy 1.35 on, a pod with `hostUsers: false` may be \
          root; this rule then still asks for a user.",
    prevents: "Flaws of the runtime or the kernel that need root become ways out of the container; files on volumes that only \
               root may read are open.",
    bad: "\
# flags: --level baseline
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
# flags: --level baseline
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
    check: Check::Pod(check),
};

/// The first policy version that lets pods with a user namespace run as root.
const RELAXED: u8 = 35;

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_, '_, '_>) {
    let (pod, policy) = (context.pod, context.policy);
    let relaxed = policy.version.minor() >= RELAXED && pod.has_user_namespace();
    if pod.is_windows() || policy.level == Level::Restricted && !relaxed {
        return;
    }
    for container in &pod.containers {
        let Some((span, certain)) = root(pod, container) else { continue };
        let verb = if certain { "runs" } else { "may run" };
        let message = format!("container `{}` {verb} as root", container.name());
        let fix = if certain {
            None
        } else {
            sink.fix(|text| edit::set(text, container.node, &["securityContext", "runAsNonRoot"], &json!(true)))
        };
        let label = if certain { "expected another user than 0" } else { "expected `runAsNonRoot: true`" };
        sink.report(Report::new(span, message).label(label).container(container).fix(
            Safety::Unsafe,
            "set `runAsNonRoot: true`",
            fix,
        ));
    }
}

/// Where it says that the container runs as root, or could say that it does not, and whether root is certain.
fn root(pod: &Pod<'_, '_>, container: &Container<'_, '_>) -> Option<(Span, bool)> {
    let user = container.security.run_as_user.or(pod.security.run_as_user);
    match user.and_then(|user| user.value.as_int()) {
        Some(0) => return user.map(|user| (user.span(), true)),
        Some(_) => return None,
        None => {}
    }
    let field = container.security.run_as_non_root.or(pod.security.run_as_non_root);
    if is_true(field) {
        return None;
    }
    Some((field.filter(|field| is_false(Some(*field))).map_or_else(|| container.security_place(), Field::span), false))
}
