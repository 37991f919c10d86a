//! `invalid-quantity`

use super::Found;
use super::context::Context;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::edit::Edit;
use crate::yaml::{Node, quote};

pub(super) static RULE: Rule = Rule {
    id: "invalid-quantity",
    summary: "an amount that Kubernetes cannot read",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Amounts of CPU, memory and storage are a number with one of a few units: `m`, `k`, `M`, `G` in thousands, \
          `Ki`, `Mi`, `Gi` in 1024ths. The API server refuses the object with any other.",
    prevents: "A deployment fails, at the first pipeline that applies it, over `512MB` instead of `512M`.",
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
          memory: 512MB
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
          memory: 512M
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Manifest,
};

/// An amount that is none.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, node: Node<'d, 's>, error: &Refusal, sink: &Sink<'_>) -> Found {
    let text = node.text().unwrap_or_default();
    let message = format!("the amount `{}` {error}", text.escape_debug());
    let report = Diagnostic::new(node.span(), message).label(format!("in `{}`", context.path(node.span())));
    let Some(near) = error.suggestions.first().filter(|_| !node.is_alias()) else { return (&RULE, report) };
    let edit = Edit { span: node.span(), text: quote::scalar(near).into() };
    (&RULE, report.fix(Safety::Unsafe, format!("write `{near}`"), sink.fix(|_| Some(edit))))
}
