//! `ValidateResourceQuotaSpec`.

use super::resources;
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format};

/// The scopes that exclude each other.
const PAIRS: [[&str; 2]; 2] = [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]];
const SCOPES: [&str; 7] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];
/// What can be counted of pods that run.
const OF_PODS: [&str; 7] = ["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
/// The resources of a quota without a domain.
const STANDARD: [&str; 19] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
];

/// `ValidateResourceQuotaSpec`.
pub(super) fn validate_resource_quota_spec<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.get("spec") else { return };
    let [hard, scopes, selector] = spec.fields(["hard", "scopes", "scopeSelector"]);
    for entry in hard.into_iter().flat_map(At::entries) {
        resources::check_name(entry, quota_resource, errors);
        resources::check_amount(entry, errors);
    }
    if let Some(scopes) = scopes {
        validate_scopes(scopes, hard, errors);
    }
    for requirement in selector.into_iter().flat_map(|selector| selector.each("matchExpressions")) {
        validate_requirement(requirement, errors);
    }
}

/// `ValidateResourceQuotaResourceName`.
fn quota_resource(name: &str) -> format::Check {
    format::name(NameRule::QualifiedName)(name)?;
    let is_huge = name.starts_with("hugepages-") || name.starts_with("requests.hugepages-");
    if name.contains('/') || STANDARD.contains(&name) || is_huge {
        return Ok(());
    }
    Err("is nothing that a quota counts".to_owned())
}

/// `validateResourceQuotaScopes`. Upstream names the list, whichever of its members is wrong.
fn validate_scopes<'d, 's>(scopes: At<'d, 's>, hard: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let names: Vec<&str> = scopes.items().filter_map(At::str).collect();
    for scope in scopes.items().filter(|scope| scope.str().is_some_and(|name| !SCOPES.contains(&name))) {
        errors.invalid_at(scopes, scope, "has a scope that there is not");
    }
    if PAIRS.iter().any(|pair| pair.iter().all(|scope| names.contains(scope))) {
        let last = scopes.items().last().unwrap_or(scopes);
        errors.crowded(scopes, last, "has scopes that exclude each other");
    }
    for entry in hard.into_iter().flat_map(At::entries).filter(|entry| STANDARD.contains(&entry.name())) {
        let is_counted = |scope: &str| match scope {
            "BestEffort" => entry.name() == "pods",
            "VolumeAttributesClass" => matches!(entry.name(), "persistentvolumeclaims" | "requests.storage"),
            _ => OF_PODS.contains(&entry.name()),
        };
        if names.iter().any(|scope| SCOPES.contains(scope) && !is_counted(scope)) {
            errors.invalid_at(scopes, entry, "has a scope that does not count this");
        }
    }
}

/// `validateScopedResourceSelectorRequirement`. Upstream leaves out the number of the requirement.
fn validate_requirement<'d, 's>(requirement: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [scope, operator, values] = requirement.fields(["scopeName", "operator", "values"]);
    let (name, word) = (at::text(scope), at::text(operator));
    let some = values.filter(|values| !values.is_empty());
    if let Some(operator) = operator.filter(|_| !matches!(name, None | Some("PriorityClass" | "VolumeAttributesClass")))
        && word != Some("Exists")
    {
        errors.invalid_beside(operator, "must be `Exists` for this scope", scope, "the scope");
    }
    match (word, some) {
        (Some("In" | "NotIn"), None) => errors.required(requirement, "values", "`In` and `NotIn` compare with values"),
        (Some("Exists" | "DoesNotExist"), Some(values)) => {
            errors.conflict(values, "may not be set for this operator", operator, "the operator");
        }
        _ => {}
    }
}
