//! Label selectors, after `k8s.io/apimachinery/pkg/apis/meta/v1/validation`.

use super::{At, Errors, at, format};
use crate::k8s::names::NameRule;
use crate::yaml::Node;

/// `ValidateLabelSelector`. Its `matchLabels` are checked by the table of fields.
pub(super) fn validate_label_selector<'d, 's>(selector: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    for requirement in selector.into_iter().flat_map(|selector| selector.each("matchExpressions")) {
        validate_label_selector_requirement(requirement, errors);
    }
}

/// `ValidateLabelSelectorRequirement`.
fn validate_label_selector_requirement<'d, 's>(requirement: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [key, operator, values] = requirement.fields(["key", "operator", "values"]);
    let some = values.filter(|values| !values.is_empty());
    match at::text(operator) {
        Some("In" | "NotIn") if some.is_none() => {
            errors.required(requirement, "values", "`In` and `NotIn` compare with values");
        }
        Some("Exists" | "DoesNotExist") => {
            if let Some(values) = some {
                errors.conflict(values, "may not be set for this operator", operator, "the operator");
            }
        }
        Some("In" | "NotIn") | None => {}
        Some(_) => {
            if let Some(operator) = operator {
                errors.not_supported(operator, &["In", "NotIn", "Exists", "DoesNotExist"]);
            }
        }
    }
    if let Some(key) = key {
        errors.check(key, format::name(NameRule::QualifiedName));
    }
    for value in some.into_iter().flat_map(At::items) {
        errors.check(value, format::name(NameRule::LabelValue));
    }
}

/// Whether there is nothing in a selector, so that it selects everything.
pub(super) fn is_empty(selector: At<'_, '_>) -> bool {
    let is_empty = |name| selector.get(name).is_none_or(At::is_empty);
    is_empty("matchLabels") && is_empty("matchExpressions")
}

/// The first part of a selector that labels do not fulfil: an entry of `matchLabels`, or a member of `matchExpressions`.
/// A part that is malformed is no reason.
pub(super) fn unfulfilled<'d, 's>(selector: At<'d, 's>, labels: Option<At<'d, 's>>) -> Option<At<'d, 's>> {
    let labels = labels.map(At::by_name).unwrap_or_default();
    let label = |key: &str| labels.get(key).map(|label| label.node);
    let mut pairs = selector.get("matchLabels").into_iter().flat_map(At::entries);
    let pair = pairs.find(|pair| label(pair.name()).and_then(Node::as_str) != pair.any_str());
    let fulfils = |requirement: &At<'d, 's>| {
        let key = requirement.text("key").and_then(label).and_then(Node::as_str);
        let is_listed = || requirement.each("values").any(|value| value.any_str() == key);
        match requirement.text("operator") {
            Some("In") => key.is_some() && is_listed(),
            Some("NotIn") => key.is_none() || !is_listed(),
            Some("Exists") => key.is_some(),
            Some("DoesNotExist") => key.is_none(),
            _ => true,
        }
    };
    pair.or_else(|| selector.each("matchExpressions").find(|requirement| !fulfils(requirement)))
}
