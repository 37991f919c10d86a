//! Kinds whose lists may change in part: `ValidateCSINodeUpdate`, `ValidateServiceCIDRUpdate`.

use super::change::{Changes, Pair};
use super::same;
use crate::k8s::validation::At;

/// `ValidateCSINodeUpdate`: a driver stays as it was, but for how many volumes it takes.
pub(super) fn validate_csi_node_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    let Some(spec) = pair.inner("spec") else { return };
    let plain = |driver: At<'_, '_>| {
        let mut value = same::plain(driver);
        value.as_object_mut().map(|fields| fields.remove("allocatable"));
        value
    };
    for driver in spec.new.each("drivers") {
        let before = spec.old.each("drivers").find(|old| old.text("name") == driver.text("name"));
        if before.is_some_and(|before| plain(before) != plain(driver)) {
            changes.refuse(driver, "may not change", "the kubelet writes CSINodes: leave them to it");
        }
    }
}

/// `ValidateServiceCIDRUpdate`: a second network may be added.
pub(super) fn validate_service_cidr_update<'d, 's>(pair: Pair<'_, '_, 'd, 's>, changes: &mut Changes<'d, 's>) {
    const WAY_OUT: &str = "make a ServiceCIDR of another name, and delete this one once no Service uses it";
    let networks = |at: At<'_, '_>| -> Vec<String> {
        let list = at.path(&["spec", "cidrs"]).into_iter().flat_map(At::items);
        list.filter_map(|network| Some(network.any_str()?.to_owned())).collect()
    };
    let (before, after) = (networks(pair.old), networks(pair.new));
    let is_kept = after.starts_with(&before) && (before.len() == after.len() || before.len() == 1 && after.len() == 2);
    if !is_kept {
        let list = pair.new.path(&["spec", "cidrs"]);
        let is_new = |at: &At<'_, '_>| !at.any_str().is_some_and(|network| before.iter().any(|old| old == network));
        let at = list.and_then(|list| list.items().find(is_new)).or(list).unwrap_or(pair.new);
        changes.refuse(at, "may not change, but for a second network", WAY_OUT);
    }
}
