//! `misread-quantity`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::yaml::Node;

pub(super) static RULE: Rule = Rule {
    id: "misread-quantity",
    summary: "an amount that means something else than it seems",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Kubernetes reads `m` as a thousandth, of bytes too: `128m` of memory is an eighth of a byte. And `500` of \
          CPU is 500 cores, where `500m` is half a core. The API server takes both.",
    prevents: "A container is killed as soon as it starts, or its pod waits forever for a node that large.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      resources:
        limits:
          memory: 128m
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
      resources:
        limits:
          memory: 128Mi
",
    fix: None,
    check: RuleKind::Manifest,
};

/// An amount that nobody can mean.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, node: Node<'d, 's>, meaning: &str) -> Found {
    let text = node.text().unwrap_or_default();
    let message = format!("the amount `{}` {meaning}", text.escape_debug());
    (&RULE, Diagnostic::new(node.span(), message).label(format!("in `{}`", context.path(node.span()))))
}
