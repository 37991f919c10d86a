//! Traces, after `k8s.io/component-base/tracing/api/v1/config.go`.

use super::tools;
use crate::k8s::validation::{At, Errors};

/// `ValidateTracingConfiguration`.
pub(super) fn validate_tracing_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    tools::in_range(root, &tools::range("samplingRatePerMillion", 0, 1_000_000), errors);
    let Some(at) = root.get("endpoint") else { return };
    let scheme = at.str().filter(|text| text.contains("//")).and_then(|text| text.split_once(':'));
    if scheme.is_some_and(|(scheme, _)| !matches!(scheme, "dns" | "unix" | "unix-abstract")) {
        errors.invalid(at, "must have no scheme, or `dns`, `unix` or `unix-abstract`");
    }
}
