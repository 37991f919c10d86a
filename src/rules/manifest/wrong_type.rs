//! `wrong-type`

use super::Found;
use super::context::Context;
use crate::diagnostic::Diagnostic;
use crate::k8s::fields::FieldType;
use crate::k8s::pod::head;
use crate::k8s::schema::SchemaFault;
use crate::rules::path;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::Sink;
use crate::yaml::edit::Edit;
use crate::yaml::resolve::plain;
use crate::yaml::{Kind, Node, Style, Value, quote};

pub(super) static RULE: Rule = Rule {
    id: "wrong-type",
    summary: "a value of another type than its field",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "YAML guesses types: `8080`, `1.10`, `yes` and `no` are numbers and booleans unless they are quoted, \
          `\"1000\"` is text. The API server guesses nothing, and refuses the whole object.",
    prevents: "A deployment fails, at the first pipeline that applies it, over a missing or a superfluous quote.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: PORT
          value: 8080
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
      env:
        - name: PORT
          value: \"8080\"
",
    fix: Some(Safety::Safe),
    check: RuleKind::Manifest,
};

/// A value of another type than its field.
pub(super) fn of<'d, 's>(
    context: &Context<'_, 'd, 's>,
    problem: &SchemaFault<'d, 's>,
    node: Node<'d, 's>,
    expected: &FieldType,
    sink: &Sink<'_>,
) -> Found {
    let own = path::of(context.object.root, node);
    let span = match (node.kind(), problem.key) {
        (Kind::Scalar, _) | (_, None) if node.kind() == Kind::Scalar => node.span(),
        // a member of a list has no key
        (_, Some(key)) if !own.ends_with(']') || own.ends_with("\"]") => key.span(),
        _ => head(node),
    };
    let found = match (node.kind(), node.value()) {
        (Kind::Mapping, _) => "a mapping",
        (Kind::Sequence, _) => "a list",
        (Kind::Scalar, Some(Ok(value))) => value.type_name(),
        (Kind::Scalar, _) => "nothing",
    };
    let path = if span == head(node) && own.ends_with(']') { own } else { context.path(span) };
    let message = format!("`{path}` is {found}, expected {}", name(expected));
    let mut report = Diagnostic::new(span, message).at_path(path).label(format!("expected {}", name(expected)));
    if let Some(text) = meant(node, expected) {
        // the value may be a secret
        let title = if matches!(expected, FieldType::String) { "put it in quotes" } else { "take the quotes away" };
        let edit = Edit { span: node.span(), text: text.into() };
        report = report.fix(Safety::Safe, title, sink.fix(|_| Some(edit)));
    }
    (&RULE, report)
}

/// What a message calls a type.
fn name(ty: &FieldType) -> &'static str {
    match ty {
        FieldType::String => "text",
        FieldType::Integer => "a whole number",
        FieldType::Number => "a number",
        FieldType::Boolean => "`true` or `false`",
        FieldType::IntOrString => "a whole number or text",
        FieldType::Quantity => "an amount such as `100Mi`",
        FieldType::Time => "a time such as `\"2026-01-31T23:59:00Z\"`",
        FieldType::Duration => "a duration such as `1m30s`",
        FieldType::Bytes => "base64 text",
        FieldType::Object | FieldType::Map(_) | FieldType::Type(_) => "a mapping",
        FieldType::Any => "anything",
        FieldType::List(_) => "a list",
    }
}

/// The same scalar with the quotes that it lacks, or without those that are too many.
fn meant(node: Node<'_, '_>, expected: &FieldType) -> Option<String> {
    let text = node.text().filter(|_| !node.is_alias())?;
    match (expected, node.style()?) {
        (FieldType::String, Style::Plain) => Some(quote::double_quoted(text)),
        (FieldType::Integer, Style::Quoted) => matches!(plain(text), Ok(Value::Int(_))).then(|| text.to_owned()),
        (FieldType::Boolean, Style::Quoted) => match plain(text) {
            Ok(Value::Bool(value)) => Some(value.to_string()),
            _ => None,
        },
        _ => None,
    }
}
