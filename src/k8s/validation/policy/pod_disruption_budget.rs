//! `ValidatePodDisruptionBudgetSpec`.

use crate::k8s::validation::{At, Errors, format, meta};

/// `ValidatePodDisruptionBudgetSpec`.
pub(super) fn validate_pod_disruption_budget_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [least, most, selector, eviction] =
        spec.fields(["minAvailable", "maxUnavailable", "selector", "unhealthyPodEvictionPolicy"]);
    if let (Some(_), Some(second)) = (least, most) {
        errors.crowded(spec, second, "takes one of `minAvailable` and `maxUnavailable`");
    }
    format::int_or_percent(least, true, errors);
    format::int_or_percent(most, true, errors);
    meta::validate_label_selector(selector, errors);
    if let Some(eviction) =
        eviction.filter(|it| !matches!(it.any_str(), None | Some("IfHealthyBudget" | "AlwaysAllow")))
    {
        errors.not_supported(eviction, &["AlwaysAllow", "IfHealthyBudget"]);
    }
}
