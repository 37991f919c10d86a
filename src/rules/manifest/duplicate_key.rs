//! `duplicate-key`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "duplicate-key",
    summary: "a key that is there twice",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "YAML allows a key once in a mapping. kubectl keeps the last one and says nothing; kustomize, Helm and the \
          API server refuse the text.",
    prevents: "One of two security contexts, each of them right, is dropped without a word.",
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
        runAsNonRoot: true
      securityContext:
        privileged: false
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
        runAsNonRoot: true
        privileged: false
",
    fix: None,
    check: RuleKind::Manifest,
};

/// A key that an object has twice in one mapping; `None` if that is in another object of the document.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, first: Node<'d, 's>, later: Node<'d, 's>) -> Option<Found> {
    let (outer, inner) = (context.object.root.origin(), later.span());
    if inner.start < outer.start || outer.end < inner.end {
        return None;
    }
    let message = format!("the key `{}` is there twice", context.path(inner));
    let report =
        Diagnostic::new(inner, message).label("kubectl takes this one").related(first.span(), "and drops this one");
    Some((&RULE, report))
}
