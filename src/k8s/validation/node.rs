//! `pkg/apis/node/validation`.

use super::core::validate_tolerations;
use super::seen::Seen;
use super::{At, Errors, format};
use crate::k8s::names::NameRule;
use crate::k8s::object::Object;

/// What a pod may ask of a node without the name of a vendor.
const RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// `ValidateRuntimeClass`.
pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if object.kind_name != "RuntimeClass" {
        return;
    }
    let [handler, overhead, scheduling] = root.fields(["handler", "overhead", "scheduling"]);
    if let Some(handler) = handler {
        errors.check(handler, format::name(NameRule::Dns1123Label));
    }
    let fixed = overhead.and_then(|overhead| overhead.get("podFixed"));
    for entry in fixed.into_iter().flat_map(At::entries) {
        validate_amount(entry, errors);
    }
    if let Some(scheduling) = scheduling {
        validate_scheduling(scheduling, errors);
    }
}

/// `validateOverhead`: what a container may ask for, in amounts that it may ask for.
fn validate_amount<'d, 's>(entry: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let name = entry.name();
    let is_known = RESOURCES.contains(&name) || name.starts_with("hugepages-") || name.contains('/');
    if !is_known {
        return errors.invalid_key(entry, "is nothing that a container can ask for");
    }
    let Some(amount) = entry.quantity() else { return };
    if amount.is_negative() {
        errors.invalid(entry, "must be 0 or more");
    } else if name.contains('/') && amount.millis() % 1000 != 0 {
        errors.invalid(entry, "must be a whole number");
    }
}

/// `validateScheduling`.
fn validate_scheduling<'d, 's>(scheduling: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [selector, tolerations] = scheduling.fields(["nodeSelector", "tolerations"]);
    for label in selector.into_iter().flat_map(At::entries) {
        if let Err(why) = format::name(NameRule::QualifiedName)(label.name()) {
            errors.invalid_key(label, why);
        }
        errors.check(label, format::name(NameRule::LabelValue));
    }
    let Some(tolerations) = tolerations else { return };
    validate_tolerations(tolerations, errors);
    let mut seen = Seen::default();
    for toleration in tolerations.items() {
        let key = ["key", "operator", "value", "effect"].map(|name| toleration.text(name).unwrap_or_default());
        if let Some(first) = seen.before(key, toleration) {
            errors.duplicate(toleration, "is there before", first);
        }
    }
}
