//! `unreadable-value`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::yaml::Node;
use crate::yaml::resolve::ResolveError;

pub(super) static RULE: Rule = Rule {
    id: "unreadable-value",
    summary: "a value that kubectl cannot read",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "kubectl turns YAML into JSON before it sends it. JSON has no infinity and no NaN, and a tag must fit its \
          value. Where that fails, kubectl refuses the whole file.",
    prevents: "Nothing of the file is applied, over one value that some other YAML reader takes.",
    bad: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: app
data:
  ratio: .inf
",
    good: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: app
data:
  ratio: \".inf\"
",
    fix: None,
    check: RuleKind::Manifest,
};

/// A value, or a key, that kubectl cannot read.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, node: Node<'d, 's>, error: &ResolveError) -> Found {
    (&RULE, Diagnostic::new(node.span(), format!("`{}` cannot be read: {error}", context.path(node.span()))))
}
