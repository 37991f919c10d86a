//! `removed-api-version`

use serde_json::json;

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields::table;
use crate::k8s::schema;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "removed-api-version",
    summary: "an API version that Kubernetes no longer serves",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Alpha and beta versions of an API are taken out some releases after a better one is there. The API server \
          then no longer knows the object. The release that counts is that of `--kubernetes`.",
    prevents: "A deployment that ran for years fails after an upgrade of the cluster: `no matches for kind`.",
    bad: "\
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata:
  name: app
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: app
",
    good: "\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: app
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: app
",
    fix: Some(Safety::Safe),
    check: RuleKind::Manifest,
};

/// An API version that is gone; `None` for those that never were, or are still there.
pub(super) fn of(context: &Context<'_, '_, '_>, sink: &Sink<'_>) -> Option<Found> {
    let (object, version) = (context.object, context.version);
    let gone = table().removed(object.api_version, object.kind_name).filter(|gone| gone.minor <= version.minor())?;
    let message = format!("{} of `{}` is gone since Kubernetes 1.{}", gone.kind, gone.api_version, gone.minor);
    let mut report = Diagnostic::new(context.place_of("apiVersion"), message);
    if let Some(note) = gone.note {
        report = report.help(note);
    }
    let Some(replacement) = gone.replacement else { return Some((&RULE, report.label("nothing takes its place"))) };
    // an object that does not fit would only be refused for another reason
    let edit = sink.fix(|text| {
        fits(context, replacement).then(|| edit::set(text, object.root, &["apiVersion"], &json!(replacement)))?
    });
    // without a note on what changed it is the same object
    let safety = if gone.note.is_none() { Safety::Safe } else { Safety::Unsafe };
    let title = format!("write `{replacement}`");
    Some((&RULE, report.label(format!("expected `{replacement}`")).fix(safety, &title, edit)))
}

fn fits(context: &Context<'_, '_, '_>, replacement: &str) -> bool {
    let kind = table().kind(replacement, context.object.kind_name).filter(|known| known.in_release(context.version));
    kind.is_some_and(|kind| {
        let mut problems = 0;
        schema::walk(context.object.root, kind.ty, context.version, &mut |_| problems += 1);
        problems == 0
    })
}
