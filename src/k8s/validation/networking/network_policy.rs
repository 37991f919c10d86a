//! `ValidateNetworkPolicySpec`.

use std::net::IpAddr;

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, format, meta};

/// `ValidateNetworkPolicySpec`.
pub(super) fn validate_network_policy_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [selector, ingress, egress, types] = spec.fields(["podSelector", "ingress", "egress", "policyTypes"]);
    meta::validate_label_selector(selector, errors);
    for (rules, peers) in [(ingress, "from"), (egress, "to")] {
        for rule in rules.into_iter().flat_map(At::items) {
            for port in rule.each("ports") {
                validate_network_policy_port(port, errors);
            }
            for peer in rule.each(peers) {
                validate_network_policy_peer(peer, errors);
            }
        }
    }
    let Some(types) = types else { return };
    if types.items().len() > 2 {
        errors.invalid(types, "has more than two types");
    } else {
        for ty in types.items().filter(|ty| !matches!(ty.any_str(), None | Some("Ingress" | "Egress"))) {
            errors.not_supported(ty, &["Egress", "Ingress"]);
        }
    }
}

/// `ValidateNetworkPolicyPort`.
fn validate_network_policy_port<'d, 's>(port: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [own, end] = port.fields(["port", "endPort"]);
    if let Some(own) = own.filter(|own| own.any_str().is_some()) {
        errors.check(own, format::name(NameRule::PortName));
    }
    let Some(end) = end else { return };
    match own {
        None => errors.forbidden(end, "may not be set without `port`"),
        Some(own) => match (own.int(), end.int()) {
            (None, _) => errors.conflict(end, "may not be set beside a port that is a name", Some(own), "the port"),
            (Some(first), Some(last)) if last < first => {
                errors.invalid_beside(end, "is less than `port`", Some(own), "the port");
            }
            _ => {}
        },
    }
}

/// `ValidateNetworkPolicyPeer`.
fn validate_network_policy_peer<'d, 's>(peer: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [pods, namespaces, block] = peer.fields(["podSelector", "namespaceSelector", "ipBlock"]);
    meta::validate_label_selector(pods, errors);
    meta::validate_label_selector(namespaces, errors);
    if let Some(block) = block {
        validate_ip_block(block, errors);
    }
    match (pods.or(namespaces), block) {
        (None, None) => errors.required(peer, "podSelector", "or `namespaceSelector` or `ipBlock`"),
        (Some(_), Some(block)) => errors.crowded(peer, block, "takes `ipBlock` or selectors, not both"),
        _ => {}
    }
}

/// `ValidateIPBlock`.
fn validate_ip_block<'d, 's>(block: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let version = errors.version;
    let Some(cidr) = block.get("cidr") else { return };
    errors.check(cidr, |text| format::cidr(text, version));
    let Some(outer) = cidr.str().and_then(format::sloppy_cidr) else { return };
    for except in block.each("except") {
        errors.check(except, |text| format::cidr(text, version));
        let Some(inner) = except.str().and_then(format::sloppy_cidr) else { continue };
        if !is_strictly_within(inner, outer) {
            errors.invalid_beside(except, "must be a part of `cidr`, and not all of it", Some(cidr), "the network");
        }
    }
}

fn is_strictly_within(inner: (IpAddr, u8), outer: (IpAddr, u8)) -> bool {
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()), 32),
        IpAddr::V6(ip) => (ip.to_bits(), 128),
    };
    let ((inner_bits, width), (outer_bits, outer_width)) = (bits(inner.0), bits(outer.0));
    let shift = u32::from(width - outer.1.min(width));
    let start = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
    width == outer_width && outer.1 < inner.1 && start(inner_bits) == start(outer_bits)
}

#[cfg(test)]
mod tests {
    use super::is_strictly_within;
    use crate::k8s::validation::format::sloppy_cidr;

    #[test]
    fn parts_of_networks() {
        for (inner, outer, expected) in [
            ("10.1.0.0/16", "10.0.0.0/8", true),
            ("10.0.0.0/8", "10.0.0.0/8", false),
            ("11.0.0.0/16", "10.0.0.0/8", false),
            ("10.0.0.0/16", "0.0.0.0/0", true),
            ("fd00::/64", "::/0", true),
            ("fd00::/64", "0.0.0.0/0", false),
        ] {
            let read = |text| sloppy_cidr(text).unwrap();
            assert_eq!(is_strictly_within(read(inner), read(outer)), expected, "{inner} {outer}");
        }
    }
}
