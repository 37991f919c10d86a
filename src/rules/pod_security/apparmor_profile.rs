//! `apparmor-profile`

use std::collections::BTreeSet;

use serde_json::json;

use super::holder::text;
use super::words::{Setters, code, plural, quoted};
use super::{Control, Holder, Violation};
use crate::diagnostic::Diagnostic;
use crate::k8s::go_text;
use crate::k8s::object::Kind;
use crate::k8s::pod::{Container, Field, Role};
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, nsa, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "apparmor-profile",
    summary: "AppArmor is switched off",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: AppArmor"), nsa("Pod security enforcement")],
    why: "Where the node has AppArmor, the runtime's profile keeps containers from mounting, from writing to most of `/proc` and \
          `/sys`, and from tracing what runs under other profiles. A pod may choose `RuntimeDefault` or a profile of the node \
          (`Localhost`), but not `Unconfined`. The annotations of the time before 1.30 still count.",
    prevents: "A process that got capabilities it should not have meets no second barrier on its way to the node.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  securityContext:
    appArmorProfile:
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
    appArmorProfile:
      type: RuntimeDefault
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::PodSecurity(&CONTROL),
};

static CONTROL: Control = Control { id: "appArmorProfile", level: Level::Baseline, since: 0, overrides: &[], evaluate };

/// What the names of the annotations begin with; that of a container follows.
pub const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";
const PATH: [&str; 3] = ["securityContext", "appArmorProfile", "type"];

fn evaluate(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Option<Violation> {
    let mut setters = Setters::default();
    let mut types = BTreeSet::new();
    for holder in Holder::all(context.pod) {
        let Some(profile) = holder.security().app_armor_profile else {
            if let Holder::Container(container) = holder
                && is_unconfined_by_annotation(context, container)
            {
                setters.add(holder);
                types.insert("Unconfined");
            }
            continue;
        };
        let field = Field::of(profile.value, "type");
        let kind = text(field);
        if matches!(kind, "RuntimeDefault" | "Localhost") {
            continue;
        }
        setters.add(holder);
        types.insert(kind);
        let edit = sink.fix(|text| edit::set(text, holder.node(), &PATH, &json!("RuntimeDefault")));
        let report = holder
            .report(field.unwrap_or(profile).span(), &format!("sets the AppArmor profile {}", code(kind)))
            .label("expected `RuntimeDefault` or `Localhost`")
            .fix(Safety::Unsafe, "set `type: RuntimeDefault`", edit);
        sink.report(report);
    }
    let annotations = annotations(context, sink);
    sink.words(!setters.is_empty() || !annotations.is_empty(), || {
        let count = types.len() + annotations.len();
        let and = if setters.is_empty() || annotations.is_empty() { "" } else { " and " };
        let word = match annotations.len() {
            0 => "",
            one_or_more => plural(one_or_more, "annotation", "annotations"),
        };
        let values = types.into_iter().chain(annotations.iter().map(String::as_str));
        Violation {
            reason: plural(count, "forbidden AppArmor profile", "forbidden AppArmor profiles"),
            detail: format!("{setters}{and}{word} must not set AppArmor profile type to {}", quoted(values)),
        }
    })
}

/// The forbidden annotations, as the API server shows them, sorted. They count whether such a container exists or not.
fn annotations(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) -> Vec<String> {
    let mut forbidden = Vec::new();
    for (key, value) in context.pod.annotations() {
        let name = key.text().unwrap_or("");
        let Some(container) = name.strip_prefix(ANNOTATION) else { continue };
        let profile = value.as_str().unwrap_or("");
        if profile.is_empty() || profile == "runtime/default" || profile.starts_with("localhost/") {
            continue;
        }
        forbidden.push(format!("{name}={}", go_text::quoted(profile)));
        let map = context.pod.metadata.and_then(|metadata| metadata.get("annotations"));
        let edit = sink.fix(|text| edit::set(text, map?, &[name], &json!("runtime/default")));
        let message = format!("an annotation sets the AppArmor profile `{profile}` for container `{container}`");
        let report = Diagnostic::new(Field { key, value }.span(), message)
            .label("expected `runtime/default` or `localhost/…`")
            .fix(Safety::Unsafe, "set `runtime/default`", edit);
        sink.report(report);
    }
    forbidden.sort();
    forbidden
}

/// Whether the API server writes `Unconfined` into the container on account of an annotation before it looks at it. It does so
/// for pods, not for templates of pods, and not where the pod's own profile says the same.
fn is_unconfined_by_annotation(context: &PodContext<'_, '_, '_>, container: &Container<'_, '_>) -> bool {
    let pod = context.pod;
    if context.object.kind != Kind::Pod || container.role == Role::Ephemeral || pod.is_windows() {
        return false;
    }
    let is_its_own = |key: &str| key.strip_prefix(ANNOTATION) == Some(container.name());
    let annotation = pod.annotations().filter(|(key, _)| key.text().is_some_and(is_its_own)).last();
    let is_same = || {
        let profile = pod.security.app_armor_profile;
        profile.is_some_and(|profile| {
            text(Field::of(profile.value, "type")) == "Unconfined"
                && Field::of(profile.value, "localhostProfile").is_none()
        })
    };
    annotation.is_some_and(|(_, value)| value.as_str() == Some("unconfined")) && !is_same()
}
