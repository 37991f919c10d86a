//! `ValidateStatefulSetSpec`.

use super::selector::validate_selector;
use crate::k8s::names::NameRule;
use crate::k8s::validation::core::{Template, validate_persistent_volume_claim_spec, validate_pod_template_spec};
use crate::k8s::validation::{At, Errors, at, format};

/// `ValidateStatefulSetSpec`.
pub(super) fn validate_stateful_set_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names = [
        "selector",
        "template",
        "updateStrategy",
        "volumeClaimTemplates",
        "podManagementPolicy",
        "ordinals",
        "serviceName",
        "persistentVolumeClaimRetentionPolicy",
    ];
    let [selector, template, strategy, claims, management, ordinals, service, retention] = spec.fields(names);
    if let Some(management) =
        management.filter(|it| !matches!(it.any_str(), Some("OrderedReady" | "Parallel" | "") | None))
    {
        errors.not_supported(management, &["OrderedReady", "Parallel"]);
    }
    if let Some(strategy) = strategy {
        validate_update_strategy(strategy, errors);
    }
    for policy in retention.into_iter().flat_map(|it| it.present(["whenDeleted", "whenScaled"])) {
        if !matches!(policy.any_str(), Some("Retain" | "Delete" | "") | None) {
            errors.not_supported(policy, &["Delete", "Retain"]);
        }
    }
    for claim in claims.into_iter().flat_map(At::items).filter_map(|claim| claim.get("spec")) {
        validate_persistent_volume_claim_spec(claim, errors);
    }
    if let Some(start) = ordinals.and_then(|it| it.get("start")).filter(|it| it.int().is_some_and(|it| it < 0)) {
        errors.invalid(start, "must be 0 or more");
    }
    if let Some(service) = service.filter(|_| errors.version.minor() >= 34) {
        errors.check(service, format::name(NameRule::Dns1123Label));
    }
    validate_selector(selector, errors);
    if let Some(template) = template {
        validate_pod_template_spec(template, Template { selector, claims, runs_on: true }, errors);
    }
}

/// The `updateStrategy` of `ValidateStatefulSetSpec`, and `validateRollingUpdateStatefulSet`.
fn validate_update_strategy<'d, 's>(strategy: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [ty, rolling] = strategy.fields(["type", "rollingUpdate"]);
    match at::text(ty) {
        Some("OnDelete") => {
            if let Some(rolling) = rolling {
                errors.conflict(rolling, "may not be set beside `type: OnDelete`", ty, "the type");
            }
        }
        Some("RollingUpdate") | None => {
            let Some(rolling) = rolling else { return };
            let [partition, unavailable] = rolling.fields(["partition", "maxUnavailable"]);
            if let Some(partition) = partition.filter(|partition| partition.int().is_some_and(|number| number < 0)) {
                errors.invalid(partition, "must be 0 or more");
            }
            // behind the gate MaxUnavailableStatefulSet before, and so dropped
            if errors.version.minor() < 37 {
                return;
            }
            format::int_or_percent(unavailable, true, errors);
            if let Some(unavailable) = unavailable.filter(|unavailable| format::is_zero(*unavailable)) {
                errors.invalid(unavailable, "may not be 0");
            }
        }
        Some(_) => {}
    }
}
