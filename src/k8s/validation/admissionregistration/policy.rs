//! `ValidateValidatingAdmissionPolicy` and its bindings.

use super::rules::{validate_expression, validate_match_conditions, validate_rule_with_operations};
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, Seen, format, meta};

/// `validateValidatingAdmissionPolicySpec`.
pub(super) fn validate_validating_admission_policy_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names = ["matchConstraints", "matchConditions", "validations", "auditAnnotations", "variables", "paramKind"];
    let [constraints, conditions, validations, annotations, variables, kind] = spec.fields(names);
    if let Some(constraints) = constraints {
        validate_match_resources(constraints, errors);
        if constraints.get("resourceRules").is_none_or(At::is_empty) {
            errors.required(constraints, "resourceRules", "a policy is about some resources");
        }
    }
    if let Some(conditions) = conditions {
        validate_match_conditions(conditions, errors);
    }
    if validations.is_none_or(At::is_empty) && annotations.is_none_or(At::is_empty) {
        errors.required(spec, "validations", "or `auditAnnotations`");
    }
    for item in [validations, variables].into_iter().flatten().flat_map(At::items) {
        validate_expression(item.get("expression"), errors);
        if let Some(reason) = item.get("reason") {
            validate_reason(reason, errors);
        }
    }
    for name in variables.into_iter().flat_map(At::items).filter_map(|variable| variable.get("name")) {
        errors.check(name, identifier);
    }
    let Some(kind) = kind else { return };
    for field in ["apiVersion", "kind"] {
        if kind.text(field).is_none() {
            errors.required(kind, if field == "kind" { "kind" } else { "apiVersion" }, "");
        }
    }
    if let Some(kind) = kind.get("kind") {
        errors.check(kind, |text| format::name(NameRule::Dns1035Label)(&text.to_ascii_lowercase()));
    }
}

/// `isCELIdentifier`, without its list of words that are taken.
fn identifier(text: &str) -> format::Check {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name = text.bytes().all(is_part) && !text.starts_with(|first: char| first.is_ascii_digit());
    if is_name { Ok(()) } else { Err("must be a name of CEL: letters, digits and `_`".to_owned()) }
}

/// `supportedValidationPolicyReason`.
fn validate_reason<'d, 's>(reason: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const REASONS: [&str; 4] = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
    if reason.any_str().is_some_and(|word| !REASONS.contains(&word)) {
        errors.not_supported(reason, &REASONS);
    }
}

/// `validateMatchResources`.
fn validate_match_resources<'d, 's>(resources: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names = ["namespaceSelector", "objectSelector", "resourceRules", "excludeResourceRules"];
    let [namespaces, objects, rules, excluded] = resources.fields(names);
    meta::validate_label_selector(namespaces, errors);
    meta::validate_label_selector(objects, errors);
    for rule in [rules, excluded].into_iter().flatten().flat_map(At::items) {
        validate_rule_with_operations(rule, errors);
        for name in rule.each("resourceNames") {
            errors.check(name, format::path_segment);
        }
    }
}

/// `validateValidatingAdmissionPolicyBindingSpec`.
pub(super) fn validate_validating_admission_policy_binding_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [params, resources, actions, policy] =
        spec.fields(["paramRef", "matchResources", "validationActions", "policyName"]);
    if let Some(policy) = policy {
        errors.check(policy, format::name(NameRule::Dns1123Subdomain));
    }
    if let Some(params) = params {
        let [name, selector] = params.fields(["name", "selector"]);
        let name = name.filter(|name| name.str().is_some());
        match (name, selector) {
            (Some(name), Some(_)) => {
                errors.conflict(name, "may not be set beside `selector`", selector, "the selector");
            }
            (None, None) => errors.required(params, "name", "or `selector`"),
            _ => {}
        }
        if params.get("parameterNotFoundAction").is_none() {
            errors.required(params, "parameterNotFoundAction", "");
        }
    }
    if let Some(resources) = resources {
        validate_match_resources(resources, errors);
    }
    let Some(actions) = actions else { return };
    let mut seen = Seen::default();
    for action in actions.items() {
        if let Some(first) = seen.before(action.str(), action) {
            errors.duplicate(action, "is there twice", first);
        }
    }
    let named = |word: &str| actions.items().find(|action| action.str() == Some(word));
    if let (Some(deny), Some(warn)) = (named("Deny"), named("Warn")) {
        let second = if deny.node.span().start > warn.node.span().start { deny } else { warn };
        errors.crowded(actions, second, "may not hold both `Deny` and `Warn`");
    }
}
