//! `ValidateEndpoints`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, discovery, format};

/// `validateEndpointSubsets`.
pub(super) fn validate_endpoints<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for subset in root.each("subsets") {
        let [ready, unready, ports] = subset.fields(["addresses", "notReadyAddresses", "ports"]);
        if ready.is_none_or(At::is_empty) && unready.is_none_or(At::is_empty) {
            errors.required(subset, "addresses", "a subset has addresses that are ready, or that are not");
        }
        for address in [ready, unready].into_iter().flatten().flat_map(At::items) {
            validate_endpoint_address(address, errors);
        }
        let count = ports.map_or(0, |ports| ports.items().len());
        for port in ports.into_iter().flat_map(At::items) {
            let name = port.get("name");
            if at::text(name).is_none() && count > 1 {
                errors.required(port, "name", "several ports have names");
            }
            if let Some(name) = name {
                errors.check(name, format::name(NameRule::Dns1123Label));
            }
            let number = port.get("port");
            if let Some(number) = number.filter(|it| it.int().is_some_and(|it| !(1..=65535).contains(&it))) {
                errors.invalid(number, "must be from 1 to 65535");
            }
        }
    }
}

/// `validateEndpointAddress`.
fn validate_endpoint_address<'d, 's>(address: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [ip, host] = address.fields(["ip", "hostname"]);
    let version = errors.version;
    if let Some(ip) = ip {
        errors.check(ip, |text| {
            format::ip(text, version)?;
            format::sloppy_ip(text).map_or(Ok(()), discovery::endpoint_ip)
        });
    }
    if let Some(host) = host {
        errors.check(host, format::name(NameRule::Dns1123Label));
    }
}
