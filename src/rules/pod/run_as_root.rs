//! `run-as-root`

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Field, Pod, SecurityFields, is_true};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
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
    why: "Unless `runAsNonRoot` or `runAsUser` says otherwise, the image decides, and most images say root. Root in a \
          container is root to the kernel: it owns what it mounts, and what keeps it from the node is one mistake \
          away.\n\nAt the level `restricted` the rules of that level report this. There, from policy 1.35 on, a pod \
          with `hostUsers: false` may be root; this rule then still requires a user.",
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
    check: RuleKind::Pod(check),
};

/// The first policy version that lets pods with a user namespace run as root.
const RELAXED: u8 = 35;

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let (pod, policy) = (context.pod, context.policy);
    let relaxed = policy.version.minor() >= RELAXED && pod.has_user_namespace();
    if pod.is_windows() || policy.level == Level::Restricted && !relaxed {
        return;
    }
    let mut of_pod = None;
    for container in &pod.containers {
        let Some(root) = Root::of(&container.security, &pod.security) else { continue };
        match root.field {
            Some(field) if root.is_of_pod => of_pod = Some((root, field)),
            Some(field) => report(&root, field.span(), Some(container), pod, sink),
            None => report(&root, container.security_place(), Some(container), pod, sink),
        }
    }
    // what several containers take from the pod is one mistake
    if let Some((root, field)) = of_pod {
        report(&root, field.span(), None, pod, sink);
    }
}

fn report(
    root: &Root<'_, '_>,
    span: Span,
    container: Option<&Container<'_, '_>>,
    pod: &Pod<'_, '_>,
    sink: &mut Sink<'_>,
) {
    let who = container.map_or_else(|| "the pod".to_owned(), |container| format!("container `{}`", container.name()));
    let report = if root.certain {
        Diagnostic::new(span, format!("{who} runs as root")).label("expected another user than 0")
    } else {
        let node = container.map_or(pod.spec, |container| container.node);
        let fix = sink.fix(|text| edit::set(text, node, &["securityContext", "runAsNonRoot"], &json!(true)));
        Diagnostic::new(span, format!("{who} may run as root")).label("expected `runAsNonRoot: true`").fix(
            Safety::Unsafe,
            "set `runAsNonRoot: true`",
            fix,
        )
    };
    sink.report(match container {
        Some(container) => report.container(container.name()),
        None => report,
    });
}

/// Why a container can be root.
struct Root<'d, 's> {
    /// What says so; `None` where nothing says anything.
    field: Option<Field<'d, 's>>,
    /// Whether that is in the security context of the pod.
    is_of_pod: bool,
    /// Whether it is root for sure.
    certain: bool,
}

impl<'d, 's> Root<'d, 's> {
    fn of(container: &SecurityFields<'d, 's>, pod: &SecurityFields<'d, 's>) -> Option<Self> {
        let user = container.run_as_user.or(pod.run_as_user);
        match user.and_then(|user| user.value.as_int()) {
            Some(0) => return Some(Self { field: user, is_of_pod: container.run_as_user.is_none(), certain: true }),
            Some(_) => return None,
            None => {}
        }
        let field = container.run_as_non_root.or(pod.run_as_non_root);
        (!is_true(field)).then(|| Self { field, is_of_pod: container.run_as_non_root.is_none(), certain: false })
    }
}
