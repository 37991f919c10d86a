//! `ValidateServiceCIDR`.

use crate::k8s::network::Cidr;
use crate::k8s::validation::{At, Errors, format};

/// `validateServiceCIDRSpec`: one network, or one of each family.
pub(super) fn validate_service_cidr_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(networks) = spec.get("cidrs").filter(|networks| !networks.is_empty()) else {
        return errors.required(spec, "cidrs", "one network, or one of each family");
    };
    let all: Vec<At<'d, 's>> = networks.items().collect();
    if let Some(third) = all.get(2) {
        return errors.invalid_at(networks, *third, "has more than two networks");
    }
    for network in &all {
        errors.check(*network, |text| Cidr::parse(text).map(drop).map_err(|refusal| refusal.to_string()));
    }
    let family = |at: &At<'_, '_>| format::sloppy_cidr(at.str()?).map(|(address, _)| address.is_ipv4());
    if let [first, second] = all.as_slice()
        && family(first).is_some()
        && family(first) == family(second)
    {
        errors.invalid_at(networks, *second, "has two networks of one family");
    }
}
