//! `unknown-field`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields::{TypeId, table};
use crate::k8s::schema::SchemaFault;
use crate::k8s::version::Version;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "unknown-field",
    summary: "a field that Kubernetes does not know",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "kubectl refuses a field that the API server does not know, and so do clients that ask for strict \
          validation. Others only print a warning, or nothing, and the field is dropped: what it was meant to do does \
          not happen.",
    prevents: "A misspelt `readOnlyRootFilesystem` or `livenessProbe` looks right in every review and never takes \
          effect.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      imagePullPolcy: Always
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
      imagePullPolicy: Always
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Manifest,
};

/// A field that no release has, and that belongs nowhere else in the object.
pub(super) fn of<'d, 's>(
    context: &Context<'_, 'd, 's>,
    problem: &SchemaFault<'d, 's>,
    ty: TypeId,
    sink: &Sink<'_>,
) -> Found {
    let key = problem.key.unwrap_or(problem.map);
    let name = key.text().unwrap_or_default();
    let report = Diagnostic::new(key.span(), format!("unknown field `{}`", context.path(key.span())));
    let report = match likely(ty, name, context.version) {
        Some(near) => {
            let fix = sink.fix(|text| edit::rename(text, problem.map, name, near));
            let title = format!("rename it to `{near}`");
            report.label(format!("did you mean `{near}`?")).fix(Safety::Unsafe, &title, fix)
        }
        None => report.label(format!("{} has no such field", owner(ty))),
    };
    (&RULE, report)
}

/// What a type is called: `SecurityContext` of `core.v1.SecurityContext`.
fn owner(ty: TypeId) -> &'static str {
    table().type_name(ty).rsplit('.').next().unwrap_or_default()
}

/// The field of the type that was meant: one that differs in a letter or two or in upper case, or the only one that ends
/// with the name, as `containerPort` does with `port`.
pub(super) fn likely(ty: TypeId, name: &str, version: Version) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let most = 1 + usize::from(name.len() > 5);
    let known = || table().fields_of(ty, version).map(|field| field.name);
    let near = known()
        .map(|known| (strsim::osa_distance(&known.to_ascii_lowercase(), &lower), known))
        .filter(|(distance, known)| *distance <= most && *distance < known.len().min(name.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known);
    near.or_else(|| {
        let is_longer = |known: &&str| known.len() > name.len() && known.to_ascii_lowercase().ends_with(&lower);
        let mut longer = known().filter(|known| name.len() > 3 && is_longer(known));
        longer.next().filter(|_| longer.next().is_none())
    })
}
