//! What `k8s::validation` finds, in the words of the rules of this group.

use super::context::{Context, Found};
use super::{conflicting_fields, duplicate_item, invalid_value, missing_field, selector_mismatch, unknown_reference};
use crate::diagnostic::Diagnostic;
use crate::k8s::object::Kind;
use crate::k8s::validation::{Violation, Wrong};
use crate::rules::path;
use crate::rules::rule::Rule;
use crate::yaml::Node;

/// A violation, and the rule that it breaks.
pub(super) fn of<'d, 's>(context: &Context<'_, 'd, 's>, violation: &Violation<'d, 's>) -> Found {
    let at = violation.at;
    let path = match at.key {
        Some(key) => context.path(key.span()),
        None => path::of(context.object.root, at.node),
    };
    // labels that are not there at all are missed where they belong
    let path = match (violation.wrong, at.key.and_then(Node::text)) {
        (Wrong::Unselected, Some("metadata")) => format!("{path}.labels"),
        (Wrong::Unselected, Some("template")) => format!("{path}.metadata.labels"),
        _ => path,
    };
    let place = if path.is_empty() { format!("a {}", context.object.kind_name) } else { format!("`{path}`") };
    let report = match violation.wrong {
        Wrong::Required(field) => {
            let report = Diagnostic::new(violation.span(), format!("{place} lacks `{field}`"));
            let report = report.label(format!("`{field}` is missing"));
            if violation.reason.is_empty() { report } else { report.help(violation.reason.as_ref()) }
        }
        _ => Diagnostic::new(violation.span(), format!("{place} {}", violation.reason)),
    };
    let report = match violation.related {
        Some((span, label)) => report.related(span, label),
        None => report,
    };
    let report = violation.container.filter(|name| !name.is_empty()).into_iter().fold(report, Diagnostic::container);
    let missing = if let Wrong::Required(field) = violation.wrong { field } else { "" };
    let report = report.at_path(if path.is_empty() { missing.to_owned() } else { path });
    // the value may be the secret
    let report = if context.object.kind == Kind::Secret { report.hide([at.node.span()]) } else { report };
    (rule(violation.wrong), report)
}

fn rule(wrong: Wrong) -> &'static Rule {
    match wrong {
        Wrong::Required(_) => &missing_field::RULE,
        Wrong::Forbidden => &conflicting_fields::RULE,
        Wrong::Invalid => &invalid_value::RULE,
        Wrong::Duplicate => &duplicate_item::RULE,
        Wrong::NotFound => &unknown_reference::RULE,
        Wrong::Unselected => &selector_mismatch::RULE,
    }
}
