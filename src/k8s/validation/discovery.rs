//! `pkg/apis/discovery/validation`.

use std::net::IpAddr;

use super::seen::Seen;
use super::{At, Errors, at, format};
use crate::k8s::names::NameRule;
use crate::k8s::object::Object;
use crate::k8s::version::Version;

/// `ValidateEndpointSlice`.
pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if object.kind_name != "EndpointSlice" || !object.api_version.ends_with("/v1") {
        return;
    }
    let [ty, endpoints, ports] = root.fields(["addressType", "endpoints", "ports"]);
    for endpoint in endpoints.into_iter().flat_map(At::items) {
        validate_endpoint(endpoint, at::text(ty), errors);
    }
    let mut seen = Seen::default();
    for port in ports.into_iter().flat_map(At::items) {
        let [name, protocol] = port.fields(["name", "appProtocol"]);
        if let Some(name) = name {
            errors.check(name, format::name(NameRule::Dns1123Label));
        }
        let text = at::text(name);
        if let Some(first) = seen.before(text, name.unwrap_or(port)) {
            errors.duplicate(name.unwrap_or(port), "is there before", first);
        }
        if let Some(protocol) = protocol {
            errors.check(protocol, format::name(NameRule::QualifiedName));
        }
    }
}

/// A part of `validateEndpoints`.
fn validate_endpoint<'d, 's>(endpoint: At<'d, 's>, ty: Option<&str>, errors: &mut Errors<'d, 's>) {
    let [addresses, host, node, hints] = endpoint.fields(["addresses", "hostname", "nodeName", "hints"]);
    for address in addresses.into_iter().flat_map(At::items) {
        let version = errors.version;
        errors.check(address, |text| validate_address(text, ty, version));
    }
    if let Some(host) = host {
        errors.check(host, format::name(NameRule::Dns1123Label));
    }
    if let Some(node) = node {
        errors.check(node, format::name(NameRule::Dns1123Subdomain));
    }
    let mut seen = Seen::default();
    for zone in hints.into_iter().flat_map(|hints| hints.each("forZones")).filter_map(|zone| zone.get("name")) {
        if let Some(first) = seen.before(zone.str(), zone) {
            errors.duplicate(zone, "is there before", first);
        }
        errors.check(zone, format::name(NameRule::LabelValue));
    }
}

/// An address of the type of the slice, which is none of the node itself (`ValidateEndpointIP`).
fn validate_address(text: &str, ty: Option<&str>, version: Version) -> Result<(), String> {
    match ty {
        Some("FQDN") => format::name(NameRule::Dns1123Subdomain)(text),
        Some("IPv4" | "IPv6") => {
            format::ip(text, version)?;
            let Some(ip) = format::sloppy_ip(text) else { return Ok(()) };
            if ip.is_ipv4() != (ty == Some("IPv4")) {
                return Err("is of the other family than the slice".to_owned());
            }
            endpoint_ip(ip)
        }
        _ => Ok(()),
    }
}

/// `ValidateEndpointIP`.
pub(super) fn endpoint_ip(ip: IpAddr) -> Result<(), String> {
    let is_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || (ip.octets().starts_with(&[224, 0, 0])),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.segments().first().is_some_and(|it| it & 0xff0f == 0xff02),
    };
    if ip.is_unspecified() || ip.is_loopback() || is_local {
        return Err("must be the address of a pod, not one that only a node has".to_owned());
    }
    Ok(())
}
