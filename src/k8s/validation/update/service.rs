//! `ValidateServiceUpdate`, and what `pkg/registry/core/service/strategy.go` takes over from the old Service.

use serde_json::{Value, json};

use super::change::{Changes, Pair};
use crate::k8s::validation::At;

const ADDRESS: &str =
    "delete the Service and create it anew, which gives it another address; or make one of another name beside it";

/// `ValidateServiceUpdate`. An address that the manifest does not name stays what it is.
pub(super) fn validate_service_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let Some(spec) = pair.inner("spec") else { return };
    let (old_type, new_type) = spec.texts(&["type"], "ClusterIP");
    if old_type == "LoadBalancer" && new_type == "LoadBalancer" {
        changes.immutable(spec, &["loadBalancerClass"], &Value::Null, ADDRESS);
    }
    let checks_nodes =
        |at: At<'_, '_>, ty: &str| ty == "LoadBalancer" && at.text("externalTrafficPolicy") == Some("Local");
    if checks_nodes(spec.old, old_type) && checks_nodes(spec.new, new_type) && both(spec, "healthCheckNodePort") {
        changes.immutable(spec, &["healthCheckNodePort"], &Value::Null, ADDRESS);
    }
    if old_type == "ExternalName" || new_type == "ExternalName" {
        return;
    }
    let (was_headless, is_headless) = (is_headless(spec.old), is_headless(spec.new));
    if was_headless && spec.new.get("clusterIP").is_some_and(|at| !at.is_empty()) && !is_headless
        || is_headless && !was_headless
        || !was_headless && both(spec, "clusterIP")
    {
        let address = |at: At<'_, '_>| json!(at.text("clusterIP"));
        let (before, after) = (address(spec.old), address(spec.new));
        if before != after {
            changes.differ(spec, &["clusterIP"], &before, &after, ADDRESS);
        }
    }
    if !was_headless && !is_headless && both(spec, "ipFamilies") {
        let first = |at: At<'d, 's>| at.each("ipFamilies").next();
        let before = spec.old.each("ipFamilies").next().and_then(At::any_str);
        if let Some(at) = first(spec.new).filter(|at| at.any_str() != before) {
            changes.refuse(at, "may not change once it is set", ADDRESS);
        }
    }
}

fn both(spec: Pair<'_, '_, '_, '_>, name: &str) -> bool {
    let has = |at: At<'_, '_>| at.get(name).is_some_and(|at| !at.is_empty());
    has(spec.old) && has(spec.new)
}

fn is_headless(spec: At<'_, '_>) -> bool {
    spec.text("clusterIP") == Some("None") || spec.each("clusterIPs").any(|at| at.any_str() == Some("None"))
}
