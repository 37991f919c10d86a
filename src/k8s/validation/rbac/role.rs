//! `ValidateRole` and `ValidateClusterRole`.

use crate::k8s::validation::{At, Errors, meta};

/// `ValidateRole` and `ValidateClusterRole`.
pub(super) fn validate_role<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for rule in root.each("rules") {
        validate_policy_rule(rule, errors);
    }
    let selectors = root.path(&["aggregationRule", "clusterRoleSelectors"]);
    for selector in selectors.into_iter().flat_map(At::items) {
        meta::validate_label_selector(Some(selector), errors);
    }
}

/// `ValidatePolicyRule`. URLs in a Role are a matter of the rule `role-rule-without-effect`.
fn validate_policy_rule<'d, 's>(rule: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [urls, groups, resources, names] = rule.fields(["nonResourceURLs", "apiGroups", "resources", "resourceNames"]);
    let some = |field: Option<At<'d, 's>>| field.filter(|field| !field.is_empty());
    if let Some(urls) = some(urls) {
        if let Some(other) = some(groups).or(some(resources)).or(some(names)) {
            errors.conflict(urls, "may not be set beside resources", Some(other), "resources");
        }
        return;
    }
    for (field, name) in [(groups, "apiGroups"), (resources, "resources")] {
        if some(field).is_none() {
            errors.required(rule, name, "a rule without `nonResourceURLs` is about resources");
        }
    }
}
