//! `field-not-in-release`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields::Field;
use crate::k8s::schema::SchemaFault;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};

pub(super) static RULE: Rule = Rule {
    id: "field-not-in-release",
    summary: "a field that this Kubernetes release does not have",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Fields come and go with the releases of Kubernetes. The release that counts is that of `--kubernetes`. One \
          that does not have the field refuses it, or drops it where the client does not ask for strict validation.",
    prevents: "A setting that was tried on a newer cluster is silently missing on an older one.",
    bad: "\
# kubernetes 1.37
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  workloadRef:
    name: batch
    podGroup: workers
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
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Manifest,
};

/// A field that another release has.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, problem: &SchemaFault<'d, 's>, field: &Field) -> Found {
    let key = problem.key.unwrap_or(problem.map);
    let version = context.version;
    let (when, label) = if field.until < version {
        (format!("{} was its last", field.until), "gone")
    } else {
        (format!("it came with {}", field.since), "not there yet")
    };
    let message = format!("Kubernetes {version} has no field `{}`; {when}", context.path(key.span()));
    (&RULE, Diagnostic::new(key.span(), message).label(label))
}
