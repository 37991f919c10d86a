//! What an expression has looked at, in words, so that a wrong value is seen and not only that it is wrong.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, LiteralValue, operators};
use serde_json::Value;

/// The most that is shown of a value.
const LENGTH: usize = 60;
/// The most values that are shown.
const VALUES: usize = 3;

/// The values that an expression names, such as `object.spec.replicas is 2`; none if there is nothing short to show.
pub(super) fn of(expression: &IdedExpr, variables: &[(&str, &Value)]) -> Option<String> {
    let mut seen = Vec::new();
    visit(expression, variables, &mut seen);
    seen.truncate(VALUES);
    (!seen.is_empty()).then(|| seen.join(", "))
}

/// A field, or a member of a list.
enum Step<'e> {
    Field(&'e str),
    Member(usize),
}

fn visit(expression: &IdedExpr, variables: &[(&str, &Value)], seen: &mut Vec<String>) {
    if let Some((root, steps)) = path(expression) {
        if let Some((_, value)) = variables.iter().find(|(name, _)| *name == root) {
            let told = tell(root, &steps, value);
            seen.extend(told.filter(|told| !seen.contains(told)));
        }
        return;
    }
    let mut all = |inner: &IdedExpr| visit(inner, variables, seen);
    match &expression.expr {
        Expr::Select(select) => all(&select.operand),
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).for_each(all),
        Expr::List(list) => list.elements.iter().for_each(all),
        Expr::Map(map) => map.entries.iter().for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => all(&entry.value),
            EntryExpr::StructField(field) => all(&field.value),
        }),
        Expr::Comprehension(comprehension) => {
            [&comprehension.iter_range, &comprehension.loop_step].into_iter().for_each(all);
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
    }
}

/// `a.b[0].c`, from its root.
fn path(expression: &IdedExpr) -> Option<(&str, Vec<Step<'_>>)> {
    match &expression.expr {
        Expr::Ident(name) => Some((name, Vec::new())),
        Expr::Select(select) => {
            let (root, mut steps) = path(&select.operand)?;
            steps.push(Step::Field(&select.field));
            Some((root, steps))
        }
        Expr::Call(call) if call.func_name == operators::INDEX => {
            let [of, at] = call.args.as_slice() else { return None };
            let (root, mut steps) = path(of)?;
            steps.push(match &at.expr {
                Expr::Literal(LiteralValue::Int(at)) => Step::Member(usize::try_from(*at.inner()).ok()?),
                Expr::Literal(LiteralValue::String(key)) => Step::Field(key.inner()),
                _ => return None,
            });
            Some((root, steps))
        }
        _ => None,
    }
}

fn tell(root: &str, steps: &[Step<'_>], value: &Value) -> Option<String> {
    if steps.is_empty() {
        return None;
    }
    let mut name = root.to_owned();
    let mut value = Some(value);
    for step in steps {
        match step {
            Step::Field(field) if field.chars().all(|char| char.is_ascii_alphanumeric() || char == '_') => {
                name = format!("{name}.{field}");
                value = value.and_then(|value| value.get(*field));
            }
            Step::Field(field) => {
                name = format!("{name}['{field}']");
                value = value.and_then(|value| value.get(*field));
            }
            Step::Member(at) => {
                name = format!("{name}[{at}]");
                value = value.and_then(|value| value.get(*at));
            }
        }
    }
    let shown = match value {
        None | Some(Value::Null) => return Some(format!("{name} is not set")),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(value) => value.to_string(),
    };
    (shown.chars().count() <= LENGTH).then(|| format!("{name} is {shown}"))
}
