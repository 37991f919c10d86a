//! `validateProbe`, `validateLifecycle` and the handlers of both.

use super::context::Pod;
use crate::k8s::validation::{At, Errors, format};

/// What a handler does, in the order in which upstream counts.
const HANDLERS: [&str; 5] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

/// `validateLivenessProbe`, `validateReadinessProbe` and `validateStartupProbe`.
pub(super) fn validate_probe<'d, 's>(probe: At<'d, 's>, ready: bool, errors: &mut Errors<'d, 's>) {
    validate_handler(probe, None, errors);
    let [success, grace] = probe.fields(["successThreshold", "terminationGracePeriodSeconds"]);
    if let Some(success) = success.filter(|success| !ready && success.int().is_some_and(|number| number > 1)) {
        errors.invalid(success, "must be 1 in a liveness or startup probe");
    }
    let Some(grace) = grace else { return };
    if ready {
        errors.forbidden(grace, "may not be set in a readiness probe, which ends nothing");
    } else if grace.int().is_some_and(|number| number <= 0) {
        errors.invalid(grace, "must be 1 or more");
    }
}

/// `validateLifecycle`.
pub(super) fn validate_lifecycle<'d, 's>(lifecycle: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    // `stopSignal` is behind a gate that no release has on, and so dropped
    for hook in lifecycle.present(["postStart", "preStop"]) {
        validate_handler(hook, Some(pod), errors);
    }
}

/// `validateHandler`.
fn validate_handler<'d, 's>(handler: At<'d, 's>, hook: Option<&Pod<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let kinds = handler.fields(HANDLERS);
    let mut there = kinds.into_iter().flatten();
    let Some(first) = there.next() else {
        return errors.required(handler, "exec", "it takes one of `exec`, `httpGet` and `tcpSocket`");
    };
    for second in there {
        errors.conflict(second, "may not be set beside another way to ask", Some(first), "the first");
    }
    match first.name() {
        "httpGet" => {
            // upstream names the list
            if let Some(headers) = first.get("httpHeaders") {
                for name in headers.items().filter_map(|header| header.get("name")) {
                    errors.check(name, format::header);
                }
            }
        }
        "sleep" => {
            let seconds = first.get("seconds").and_then(At::int).unwrap_or_default();
            if let Some(pod) = hook.filter(|pod| seconds < 0 || seconds > pod.grace) {
                let why = format!("must be 0 to {} seconds, as long as the pod has to end", pod.grace);
                errors.invalid_beside(first, why, pod.grace_field, "the time to end");
            }
        }
        _ => {}
    }
}
