//! `ValidateCSIDriver` and `ValidateCSINode`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::seen::Seen;
use crate::k8s::validation::{At, Errors, at, format};

/// The least time that a token may hold.
const LEAST_SECONDS: i128 = 600;

const POLICIES: [&str; 3] = ["ReadWriteOnceWithFSType", "File", "None"];

/// `ValidateCSIDriver`.
pub(super) fn validate_csi_driver<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(name) = root.path(&["metadata", "name"]) {
        errors.check(name, |text| format::name(NameRule::Dns1123Subdomain)(&text.to_ascii_lowercase()));
    }
    let Some(spec) = root.get("spec") else { return };
    let names = ["volumeLifecycleModes", "fsGroupPolicy", "tokenRequests", "nodeAllocatableUpdatePeriodSeconds"];
    let [modes, policy, tokens, period] = spec.fields(names);
    let is_known = |mode: &At<'_, '_>| matches!(mode.any_str(), Some("Persistent" | "Ephemeral") | None);
    if let Some((modes, mode)) = modes.and_then(|modes| Some((modes, modes.items().find(|mode| !is_known(mode))?))) {
        errors.invalid_at(modes, mode, "has a mode that is neither `Persistent` nor `Ephemeral`");
    }
    if let Some(policy) = policy.filter(|policy| policy.any_str().is_some_and(|word| !POLICIES.contains(&word))) {
        errors.not_supported(policy, &POLICIES);
    }
    let mut seen = Seen::default();
    for token in tokens.into_iter().flat_map(At::items) {
        let [audience, seconds] = token.fields(["audience", "expirationSeconds"]);
        let place = audience.unwrap_or(token);
        if let Some(first) = seen.before(at::text(audience), place) {
            errors.duplicate(place, "is there before", first);
        }
        let most = 1_i128 << 32;
        if let Some(seconds) = seconds.filter(|it| it.int().is_some_and(|it| !(LEAST_SECONDS..=most).contains(&it))) {
            errors.invalid(seconds, "must be from 600 to 4294967296 seconds");
        }
    }
    // behind the gate MutableCSINodeAllocatableCount before, and so dropped
    if let Some(period) = period.filter(|_| errors.version.minor() >= 35) {
        format::at_least(Some(period), 10, errors);
    }
}

/// `ValidateCSINode`.
pub(super) fn validate_csi_node<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for driver in root.get("spec").into_iter().flat_map(|spec| spec.each("drivers")) {
        format::at_least(driver.path(&["allocatable", "count"]), 0, errors);
        let mut seen = Seen::default();
        for key in driver.each("topologyKeys") {
            if let Some(first) = seen.before(key.any_str(), key) {
                errors.duplicate(key, "is there before", first);
            } else if key.any_str() == Some("") {
                errors.invalid(key, "is empty");
            }
            errors.check(key, format::name(NameRule::QualifiedName));
        }
    }
}
