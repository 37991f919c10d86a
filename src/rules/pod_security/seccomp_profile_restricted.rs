//! `seccomp-profile-restricted`

use serde_json::json;

use super::holder::text;
use super::implicit::Implicit;
use super::seccomp_profile_baseline::{Explicit, is_allowed};
use super::words::containers;
use super::{Control, Violation};
use crate::k8s::pod::Field;
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "seccomp-profile-restricted",
    summary: "a container has no seccomp profile",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("restricted: Seccomp"), cis("5.6.2"), nsa("Pod security enforcement")],
    why: "Without `seccompProfile`, a container runs unconfined unless the kubelet was set up otherwise, so it may \
          make every system call. `RuntimeDefault` for the whole pod is enough. A profile that is set but forbidden is \
          reported by `seccomp-profile-baseline`.",
    prevents: "An exploit of the kernel finds the system call that it needs refused.",
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
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control {
    id: "seccompProfile_restricted",
    level: Level::Restricted,
    since: 19,
    overrides: &["seccompProfile_baseline"],
    evaluate,
};

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let pod = context.pod;
    if super::is_exempt_windows(context) {
        return None;
    }
    let explicit = Explicit::of(context, false, sink).violation(sink);
    let of_pod = pod.security.seccomp_profile;
    let is_set = of_pod.is_some_and(|profile| is_allowed(text(Field::of(profile.value, "type"))));
    if is_set {
        return explicit;
    }
    let implicit = Implicit::of(pod, |security| security.seccomp_profile.is_none());
    if of_pod.is_none() {
        implicit.report(
            ("has no seccomp profile", "have no seccomp profile"),
            "expected `seccompProfile`",
            (&["securityContext", "seccompProfile"], &json!({"type": "RuntimeDefault"})),
            "set the seccomp profile `RuntimeDefault`",
            sink,
        );
    }
    explicit.or_else(|| {
        let names = implicit.names();
        sink.words(!names.is_empty(), || Violation {
            reason: "seccompProfile",
            detail: format!(
                r#"pod or {} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost""#,
                containers(&names)
            ),
        })
    })
}
