//! `ValidateDaemonSetSpec`.

use super::selector::validate_selector;
use crate::k8s::validation::core::{Template, validate_pod_template_spec};
use crate::k8s::validation::{At, Errors, at, format};

/// `ValidateDaemonSetSpec`.
pub(super) fn validate_daemon_set_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [selector, template, strategy] = spec.fields(["selector", "template", "updateStrategy"]);
    validate_selector(selector, errors);
    if let Some(template) = template {
        validate_pod_template_spec(template, Template { selector, claims: None, runs_on: true }, errors);
    }
    let Some(strategy) = strategy else { return };
    let [ty, rolling] = strategy.fields(["type", "rollingUpdate"]);
    if let Some(rolling) = rolling.filter(|_| at::text(ty) != Some("OnDelete")) {
        validate_rolling_update_daemon_set(rolling, errors);
    }
}

/// `ValidateRollingUpdateDaemonSet`. What is not written is 1 and 0.
fn validate_rolling_update_daemon_set<'d, 's>(rolling: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [unavailable, surge] = rolling.fields(["maxUnavailable", "maxSurge"]);
    format::int_or_percent(unavailable, true, errors);
    format::int_or_percent(surge, true, errors);
    let stays = unavailable.is_some_and(format::is_zero);
    let surges = surge.is_some_and(|surge| !format::is_zero(surge));
    match (unavailable, surge) {
        (_, Some(surge)) if surges && !stays => {
            errors.conflict(surge, "may not be set beside a `maxUnavailable` of 1 or more", unavailable, "beside this");
        }
        (Some(unavailable), _) if stays && !surges => {
            errors.conflict(unavailable, "may not be 0 beside a `maxSurge` of 0", surge, "0, too");
        }
        _ => {}
    }
}
