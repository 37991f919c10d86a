//! `ValidateDeploymentSpec`.

use super::selector::validate_selector;
use crate::k8s::validation::core::{Template, validate_pod_template_spec};
use crate::k8s::validation::{At, Errors, at, format};

/// What a Deployment waits that says nothing of it.
const PROGRESS_DEADLINE: i128 = 600;

/// `ValidateDeploymentSpec`.
pub(super) fn validate_deployment_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names = ["selector", "template", "strategy", "minReadySeconds", "progressDeadlineSeconds"];
    let [selector, template, strategy, ready, deadline] = spec.fields(names);
    validate_selector(selector, errors);
    if let Some(template) = template {
        validate_pod_template_spec(template, Template { selector, claims: None, runs_on: true }, errors);
    }
    if let Some(strategy) = strategy {
        validate_deployment_strategy(strategy, errors);
    }
    let seconds = deadline.and_then(At::int).unwrap_or(PROGRESS_DEADLINE);
    if seconds <= ready.and_then(At::int).unwrap_or_default() {
        match deadline {
            Some(deadline) => {
                errors.invalid_beside(deadline, "must be more than `minReadySeconds`", ready, "beside this");
            }
            None => errors.required(spec, "progressDeadlineSeconds", "`minReadySeconds` is more than its 600 seconds"),
        }
    }
}

/// `ValidateDeploymentStrategy` and `ValidateRollingUpdateDeployment`. What is not written is `25%`.
fn validate_deployment_strategy<'d, 's>(strategy: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [ty, rolling] = strategy.fields(["type", "rollingUpdate"]);
    let Some(rolling) = rolling else { return };
    if at::text(ty) == Some("Recreate") {
        return errors.conflict(rolling, "may not be set beside `type: Recreate`", ty, "the type");
    }
    let [unavailable, surge] = rolling.fields(["maxUnavailable", "maxSurge"]);
    format::int_or_percent(unavailable, true, errors);
    format::int_or_percent(surge, false, errors);
    if let (Some(unavailable), Some(surge)) = (unavailable, surge)
        && format::is_zero(unavailable)
        && format::is_zero(surge)
    {
        errors.conflict(unavailable, "may not be 0 beside a `maxSurge` of 0", Some(surge), "0, too");
    }
}
