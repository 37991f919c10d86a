//! `invalid-value`

use serde_json::json;

use super::Found;
use super::context::Context;
use crate::diagnostic::{Diagnostic, nearest};
use crate::k8s::fields::Field;
use crate::k8s::schema::SchemaFault;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::{Node, edit};

pub(super) static RULE: Rule = Rule {
    id: "invalid-value",
    summary: "a value that the API server refuses",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "Many fields take a few words only, in their exact spelling, or numbers in a range, times, schedules and \
          base64. The API server refuses the object with any other value, and a program stops at one in a file that it reads.",
    prevents: "A deployment fails, at the first pipeline that applies it, over `always` instead of `Always`.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      imagePullPolicy: always
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
    fix: Some(Safety::Safe),
    check: RuleKind::Manifest,
};

/// The most values that a label lists.
const MOST_LISTED: usize = 8;

/// A word that is none of those that the field takes.
pub(super) fn of_enum<'d, 's>(
    context: &Context<'_, 'd, 's>,
    problem: &SchemaFault<'d, 's>,
    node: Node<'d, 's>,
    field: &Field,
    sink: &Sink<'_>,
) -> Found {
    let text = node.text().unwrap_or_default();
    let known: Vec<&str> = field.enum_values().filter(|value| !value.is_empty()).collect();
    let message = format!("`{}` cannot be `{}`", context.path(node.span()), text.escape_debug());
    let report = Diagnostic::new(node.span(), message);
    let Some(near) = nearest(text, known.iter().copied()) else {
        return (
            &RULE,
            if known.len() <= MOST_LISTED { report.label(format!("expected {}", list(&known))) } else { report },
        );
    };
    // in another case it can mean nothing else, and as it is written the object is refused
    let safety = if near.eq_ignore_ascii_case(text) { Safety::Safe } else { Safety::Unsafe };
    let single = problem.key.and_then(Node::text).filter(|key| *key == field.name);
    let edit = single.and_then(|key| sink.fix(|text| edit::set(text, problem.map, &[key], &json!(near))));
    let report = report.label(format!("did you mean `{near}`?")).fix(safety, format!("write `{near}`"), edit);
    (&RULE, if known.len() <= MOST_LISTED { report.help(format!("it takes {}", list(&known))) } else { report })
}

/// `a`, `b` or `c`.
fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// A number that is too small or too large.
pub(super) fn of_range<'d, 's>(context: &Context<'_, 'd, 's>, node: Node<'d, 's>, least: i64, most: i64) -> Found {
    let text = node.text().unwrap_or_default();
    let message = format!("`{}` cannot be {}", context.path(node.span()), text.escape_debug());
    let expected = match (least, most) {
        (0, 0o777) => "0 to 0777 in octal".to_owned(),
        (_, most) if most >= i64::from(i32::MAX) && least > i64::from(i32::MIN) => format!("{least} or more"),
        _ => format!("{least} to {most}"),
    };
    let too_large = most < i64::MAX && node.as_int().is_some_and(|number| number > i128::from(most));
    let expected = if too_large && most >= i64::from(i32::MAX) { format!("at most {most}") } else { expected };
    (&RULE, Diagnostic::new(node.span(), message).label(format!("expected {expected}")))
}

/// A text that does not read as what it should be.
pub(super) fn malformed<'d, 's>(context: &Context<'_, 'd, 's>, node: Node<'d, 's>, reason: &str) -> Found {
    (&RULE, Diagnostic::new(node.span(), format!("`{}` {reason}", context.path(node.span()))))
}
