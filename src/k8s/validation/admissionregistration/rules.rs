//! `validateRuleWithOperations` and `validateMatchConditions`.

use std::collections::HashSet;

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, format};

/// `validateRuleWithOperations`. That a list is empty is a matter of the table of fields.
pub(super) fn validate_rule_with_operations<'d, 's>(rule: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
    let names = ["operations", "apiGroups", "apiVersions", "resources", "scope"];
    let [operations, groups, versions, resources, scope] = rule.fields(names);
    for list in [operations, groups, versions].into_iter().flatten() {
        if let Some(all) = list.items().find(|item| item.str() == Some("*"))
            && list.items().len() > 1
        {
            errors.crowded(list, all, "may hold nothing else beside `*`");
        }
    }
    for operation in operations.into_iter().flat_map(At::items) {
        if operation.any_str().is_some_and(|word| !OPERATIONS.contains(&word)) {
            errors.not_supported(operation, &OPERATIONS);
        }
    }
    for version in versions.into_iter().flat_map(At::items).filter(|version| version.any_str() == Some("")) {
        errors.invalid(version, "is empty");
    }
    if let Some(scope) = scope.filter(|it| !matches!(it.any_str(), None | Some("*" | "Cluster" | "Namespaced"))) {
        errors.not_supported(scope, &["*", "Cluster", "Namespaced"]);
    }
    if let Some(resources) = resources {
        validate_resources(resources, errors);
    }
}

/// `validateResources`.
fn validate_resources<'d, 's>(resources: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let named = |name: &str| resources.items().find(|item| item.str() == Some(name));
    let mut before: HashSet<(&str, &str)> = HashSet::new();
    for item in resources.items() {
        if item.any_str() == Some("") {
            errors.invalid(item, "is empty");
        }
        let Some((resource, sub)) = item.str().and_then(|text| text.split_once('/')) else { continue };
        if before.contains(&(resource, "*")) || before.contains(&("*", sub)) {
            errors.invalid(item, "is meant by a pattern before it already");
        }
        before.insert((resource, sub));
    }
    if let Some(all) = named("*/*").filter(|_| resources.items().len() > 1) {
        errors.crowded(resources, all, "may hold nothing else beside `*/*`");
    }
    // as upstream has it: the last resource without a subresource decides
    let last = resources.items().filter(|item| item.str().is_some_and(|text| !text.contains('/'))).last();
    if let Some(all) = named("*").filter(|_| last.is_some_and(|last| last.str() != Some("*"))) {
        errors.crowded(resources, all, "may hold no other resource beside `*`");
    }
}

/// `validateMatchConditions`.
pub(super) fn validate_match_conditions<'d, 's>(conditions: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if conditions.items().len() > 64 {
        errors.invalid(conditions, "has more than 64 conditions");
    }
    for condition in conditions.items() {
        if let Some(name) = condition.get("name") {
            errors.check(name, format::name(NameRule::QualifiedName));
        }
        validate_expression(condition.get("expression"), errors);
    }
}

/// That an expression is not nothing but spaces.
pub(super) fn validate_expression<'d, 's>(expression: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    if let Some(expression) = expression.filter(|it| it.str().is_some_and(|text| text.trim().is_empty())) {
        errors.invalid(expression, "is empty");
    }
}
