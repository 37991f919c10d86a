//! `seccomp-profile-baseline`

use std::collections::{BTreeSet, HashSet};

use serde_json::json;

use super::holder::text;
use super::words::{Setters, code, plural, quoted};
use super::{Control, Holder, Violation};
use crate::diagnostic::Diagnostic;
use crate::k8s::go_text;
use crate::k8s::pod::{Container, Field};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "seccomp-profile-baseline",
    summary: "seccomp is switched off",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: Seccomp"), cis("5.6.2"), nsa("Pod security enforcement")],
    why: "The runtime's seccomp profile refuses some sixty system calls that containers do not need, among them those in which \
          most faults of the kernel were found. A pod may choose it (`RuntimeDefault`) or a profile of the node (`Localhost`), \
          but not `Unconfined`. Policies before 1.19 look at the annotations of that time instead.",
    prevents: "An exploit of the kernel finds the system call that it needs refused.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    seccompProfile:
      type: Unconfined
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

static CONTROL: Control =
    Control { id: "seccompProfile_baseline", level: Level::Baseline, since: 0, overrides: &[], evaluate };

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    if context.policy.version.minor() < 19 {
        return annotations(context, sink);
    }
    let explicit = Explicit::of(context, true, sink);
    explicit.violation(sink)
}

/// The profiles that are set explicitly.
#[derive(Debug, Default)]
pub(super) struct Explicit<'d> {
    setters: Setters<'d>,
    types: BTreeSet<&'d str>,
}

impl<'d> Explicit<'d> {
    /// The forbidden ones of a pod, each of them reported if so wished.
    pub(super) fn of(context: &PodContext<'_, 'd, '_>, is_reported: bool, sink: &mut Sink<'_>) -> Self {
        let mut explicit = Self::default();
        for holder in Holder::all(context.pod) {
            let Some(profile) = holder.security().seccomp_profile else { continue };
            let field = Field::of(profile.value, "type");
            let kind = text(field);
            if is_allowed(kind) {
                continue;
            }
            explicit.setters.add(holder);
            explicit.types.insert(kind);
            if is_reported {
                let path = ["securityContext", "seccompProfile", "type"];
                let edit = sink.fix(|text| edit::set(text, holder.node(), &path, &json!("RuntimeDefault")));
                let report = holder
                    .report(field.unwrap_or(profile).span(), &format!("sets the seccomp profile {}", code(kind)))
                    .label("expected `RuntimeDefault` or `Localhost`")
                    .fix(Safety::Unsafe, "set `type: RuntimeDefault`", edit);
                sink.report(report);
            }
        }
        explicit
    }

    pub(super) fn violation(self, sink: &Sink<'_>) -> Option<Violation> {
        sink.words(!self.setters.is_empty(), || Violation {
            reason: "seccompProfile",
            detail: format!(
                "{} must not set securityContext.seccompProfile.type to {}",
                self.setters,
                quoted(self.types)
            ),
        })
    }
}

/// Whether a profile of the type filters system calls.
pub(super) fn is_allowed(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

const POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// The annotations of before 1.19: that of the pod, and those of containers that exist.
fn annotations(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let pod = context.pod;
    let mut forbidden = BTreeSet::new();
    let mut containers: Option<HashSet<&str>> = None;
    for (key, value) in pod.annotations() {
        let name = key.text().unwrap_or("");
        let container = name.strip_prefix(CONTAINER);
        let mut has = |name: &str| {
            let known = containers.get_or_insert_with(|| pod.containers.iter().map(Container::name).collect());
            known.contains(name)
        };
        let counts = name == POD || container.is_some_and(&mut has);
        let profile = value.as_str().unwrap_or("");
        if !counts || matches!(profile, "runtime/default" | "docker/default") || profile.starts_with("localhost/") {
            continue;
        }
        forbidden.insert(format!("{name}={}", go_text::quoted(profile)));
        let whose = container.map_or_else(|| "the pod".to_owned(), |container| format!("container `{container}`"));
        let map = pod.metadata.and_then(|metadata| metadata.get("annotations"));
        let edit = sink.fix(|text| edit::set(text, map?, &[name], &json!("runtime/default")));
        let message = format!("an annotation sets the seccomp profile {} for {whose}", code(profile));
        let report = Diagnostic::new(Field { key, value }.span(), message)
            .label("expected `runtime/default` or `localhost/…`")
            .fix(Safety::Unsafe, "set `runtime/default`", edit);
        sink.report(report);
    }
    sink.words(!forbidden.is_empty(), || Violation {
        reason: "seccompProfile",
        detail: format!(
            "forbidden {} {}",
            plural(forbidden.len(), "annotation", "annotations"),
            forbidden.into_iter().collect::<Vec<_>>().join(", ")
        ),
    })
}
