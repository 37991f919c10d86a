//! `validateAffinity` and `ValidateNodeSelector`.

use super::scheduling;
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, Seen, at, format, meta};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// `validateAffinity`.
pub(super) fn validate_affinity<'d, 's>(affinity: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [node, pod, anti] = affinity.fields(["nodeAffinity", "podAffinity", "podAntiAffinity"]);
    if let Some(node) = node {
        if let Some(selector) = node.get(REQUIRED) {
            validate_node_selector(selector, errors);
        }
        for term in node.each(PREFERRED).filter_map(|term| term.get("preference")) {
            validate_node_selector_term(term, false, errors);
        }
    }
    for affinity in [pod, anti].into_iter().flatten() {
        let preferred = affinity.each(PREFERRED).filter_map(|term| term.get("podAffinityTerm"));
        for term in affinity.each(REQUIRED).chain(preferred) {
            validate_pod_affinity_term(term, errors);
        }
    }
}

/// `ValidateNodeSelector`.
pub(super) fn validate_node_selector<'d, 's>(selector: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for term in selector.each("nodeSelectorTerms") {
        validate_node_selector_term(term, true, errors);
    }
}

/// `ValidateNodeSelectorTerm`. A preference may compare with values that are no labels' values.
fn validate_node_selector_term<'d, 's>(term: At<'d, 's>, strict: bool, errors: &mut Errors<'d, 's>) {
    let [expressions, fields] = term.fields(["matchExpressions", "matchFields"]);
    for requirement in expressions.into_iter().flat_map(At::items) {
        validate_requirement(requirement, strict, errors);
    }
    for requirement in fields.into_iter().flat_map(At::items) {
        validate_field_requirement(requirement, errors);
    }
}

/// `ValidateNodeSelectorRequirement`.
fn validate_requirement<'d, 's>(requirement: At<'d, 's>, strict: bool, errors: &mut Errors<'d, 's>) {
    let [key, operator, values] = requirement.fields(["key", "operator", "values"]);
    let some = values.filter(|values| !values.is_empty());
    let count = some.map_or(0, |values| values.items().len());
    match at::text(operator) {
        Some("In" | "NotIn") if count == 0 => {
            errors.required(requirement, "values", "`In` and `NotIn` compare with values");
        }
        Some("Gt" | "Lt") if count == 0 => {
            errors.required(requirement, "values", "`Gt` and `Lt` compare with one value");
        }
        Some("Gt" | "Lt") if count > 1 => {
            if let Some(values) = some {
                errors.invalid(values, "must be one value for `Gt` and `Lt`");
            }
        }
        Some("Exists" | "DoesNotExist") => {
            if let Some(values) = some {
                errors.conflict(values, "may not be set for this operator", operator, "the operator");
            }
        }
        _ => {}
    }
    if let Some(key) = key {
        errors.check(key, format::name(NameRule::QualifiedName));
    }
    for value in some.into_iter().filter(|_| strict).flat_map(At::items) {
        errors.check(value, format::name(NameRule::LabelValue));
    }
}

/// `ValidateNodeFieldSelectorRequirement`.
fn validate_field_requirement<'d, 's>(requirement: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [key, operator, values] = requirement.fields(["key", "operator", "values"]);
    let count = values.map_or(0, |values| values.items().len());
    match (at::text(operator), operator) {
        (Some("In" | "NotIn"), _) if count == 0 => {
            errors.required(requirement, "values", "a field is compared with one value");
        }
        (Some("In" | "NotIn"), _) if count > 1 => {
            if let Some(values) = values {
                errors.invalid(values, "must be one value for a field of a node");
            }
        }
        (Some("Exists" | "DoesNotExist" | "Gt" | "Lt"), Some(operator)) => {
            errors.not_supported(operator, &["In", "NotIn"]);
        }
        _ => {}
    }
    if let Some(key) = key.filter(|key| key.str().is_some_and(|key| key != "metadata.name")) {
        return errors.not_supported(key, &["metadata.name"]);
    }
    for value in values.into_iter().flat_map(At::items) {
        errors.check(value, format::name(NameRule::Dns1123Subdomain));
    }
}

/// `validatePodAffinityTerm`. Upstream calls the list of namespaces `namespace`.
fn validate_pod_affinity_term<'d, 's>(term: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names =
        ["labelSelector", "namespaceSelector", "namespaces", "matchLabelKeys", "mismatchLabelKeys", "topologyKey"];
    let [selector, of_namespaces, namespaces, keys, other_keys, topology] = term.fields(names);
    meta::validate_label_selector(selector, errors);
    meta::validate_label_selector(of_namespaces, errors);
    for name in namespaces.into_iter().flat_map(At::items) {
        errors.check(name, format::name(NameRule::Dns1123Label));
    }
    for (keys, most) in [(keys, 1), (other_keys, usize::MAX)] {
        if let Some(keys) = keys {
            scheduling::validate_label_keys(keys, selector, most, errors);
        }
    }
    let mut others = Seen::default();
    for key in other_keys.into_iter().flat_map(At::items) {
        others.before(key.str(), key);
    }
    for key in keys.into_iter().flat_map(At::items) {
        let other = others.get(&key.str());
        if other.is_some() {
            errors.conflict(key, "is in `mismatchLabelKeys`, too", other, "here too");
        }
    }
    if let Some(topology) = topology {
        errors.check(topology, format::name(NameRule::QualifiedName));
    }
}
