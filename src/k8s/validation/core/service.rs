//! `validateService`.

use std::net::IpAddr;

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, Seen, at, format};

/// What may only be set for a Service with a load balancer.
const RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

/// A Service's spec with what its type means.
struct Service<'d, 's> {
    spec: At<'d, 's>,
    ty: Option<At<'d, 's>>,
    kind: &'d str,
    is_headless: bool,
}

/// `validateService`.
pub(super) fn validate_service<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [metadata, spec] = root.fields(["metadata", "spec"]);
    let Some(spec) = spec else { return };
    let names =
        ["type", "ports", "clusterIP", "clusterIPs", "externalName", "sessionAffinity", "sessionAffinityConfig"];
    let [ty, ports, cluster_ip, cluster_ips, external, affinity, affinity_config] = spec.fields(names);
    let first_ip = at::text(cluster_ip).or_else(|| cluster_ips.and_then(|ips| ips.items().next()).and_then(At::str));
    let kind = at::text(ty).unwrap_or("ClusterIP");
    let service = Service { spec, ty, kind, is_headless: first_ip == Some("None") && kind != "ExternalName" };
    let ports = ports.filter(|ports| !ports.is_empty());
    if ports.is_none() && !service.is_headless && kind != "ExternalName" {
        errors.required(spec, "ports", "a Service without ports leads nowhere");
    }
    if kind == "ExternalName" {
        service.validate_external_name(external, errors);
    } else if service.is_headless
        && matches!(kind, "LoadBalancer" | "NodePort")
        && let Some(ip) = cluster_ip.or(cluster_ips)
    {
        errors.invalid_beside(ip, format!("may not be `None` for a Service of the type {kind}"), ty, "the type");
    }
    if let Some(ports) = ports {
        service.validate_ports(ports, errors);
    }
    // beside no affinity it is dropped
    if let Some(timeout) = affinity_config
        .filter(|_| at::text(affinity) == Some("ClientIP"))
        .and_then(|config| config.path(&["clientIP", "timeoutSeconds"]))
        && timeout.int().is_some_and(|seconds| !(1..=86400).contains(&seconds))
    {
        errors.invalid(timeout, "must be 1 to 86400");
    }
    if kind != "ExternalName" {
        validate_cluster_ips(spec, cluster_ip, cluster_ips, errors);
    }
    service.validate_addresses(metadata, errors);
    service.validate_load_balancer(errors);
    service.validate_policies(errors);
}

impl<'d, 's> Service<'d, 's> {
    fn validate_external_name(&self, name: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
        for field in self.spec.present(["clusterIPs", "clusterIP", "ipFamilies", "ipFamilyPolicy"]) {
            if !field.is_empty() {
                errors.conflict(field, "may not be set for a Service of the type ExternalName", self.ty, "the type");
            }
        }
        match name.filter(|name| name.str().is_some()) {
            None => errors.required(self.spec, "externalName", "the type ExternalName is about nothing else"),
            Some(name) => errors
                .check(name, |text| format::name(NameRule::Dns1123Subdomain)(text.strip_suffix('.').unwrap_or(text))),
        }
    }

    /// `validateServicePort`, for each, and what they may not share.
    fn validate_ports(&self, ports: At<'d, 's>, errors: &mut Errors<'d, 's>) {
        let several = ports.items().len() > 1;
        let (mut names, mut node_ports) = (Seen::default(), Seen::default());
        for port in ports.items() {
            let [name, protocol, node_port, app] = port.fields(["name", "protocol", "nodePort", "appProtocol"]);
            match name.filter(|name| name.str().is_some()) {
                None if several => errors.required(port, "name", "of several ports each has a name"),
                None => {}
                Some(name) => {
                    if let Some(first) = names.before(name.str(), name) {
                        errors.duplicate(name, "is the name of another port", first);
                    }
                }
            }
            if let Some(app) = app {
                errors.check(app, format::name(NameRule::QualifiedName));
            }
            let Some(node_port) = node_port.filter(|port| port.int().is_some_and(|number| number != 0)) else {
                continue;
            };
            if self.kind == "ClusterIP" {
                errors.conflict(node_port, "may not be set for a Service of the type ClusterIP", self.ty, "the type");
            }
            let protocol = at::text(protocol).unwrap_or("TCP");
            if let Some(first) = node_ports.before((protocol, node_port.int()), node_port) {
                errors.duplicate(node_port, "is taken by another port", first);
            }
        }
    }

    /// `externalIPs` and `loadBalancerSourceRanges`.
    fn validate_addresses(&self, metadata: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
        let version = errors.version;
        for ip in self.spec.each("externalIPs") {
            errors.check(ip, |text| {
                format::ip(text, version)?;
                endpoint_ip(text)
            });
        }
        let ranges = self.spec.get("loadBalancerSourceRanges").filter(|ranges| !ranges.is_empty());
        if let Some(ranges) = ranges {
            if self.kind != "LoadBalancer" {
                errors.conflict(ranges, "may be set for the type LoadBalancer only", self.ty, "the type");
            }
            for range in ranges.items() {
                errors.check(range, |text| format::cidr(text.trim(), version));
            }
        } else if let Some(ranges) = metadata.and_then(|metadata| metadata.path(&["annotations", RANGES])) {
            if self.kind != "LoadBalancer" {
                errors.conflict(ranges, "may be set for the type LoadBalancer only", self.ty, "the type");
            }
            errors.check(ranges, |text| {
                let mut ranges = text.trim().split(',').map(str::trim);
                if text.trim().is_empty() { Ok(()) } else { ranges.try_for_each(|range| format::cidr(range, version)) }
            });
        }
    }

    /// `validateLoadBalancerClassField` and the fields beside it.
    fn validate_load_balancer(&self, errors: &mut Errors<'d, 's>) {
        for field in self.spec.present(["allocateLoadBalancerNodePorts", "loadBalancerClass"]) {
            if self.kind != "LoadBalancer" {
                errors.conflict(field, "may be set for the type LoadBalancer only", self.ty, "the type");
            } else if field.name() == "loadBalancerClass" {
                errors.check(field, format::name(NameRule::QualifiedName));
            }
        }
    }

    /// `validateServiceExternalTrafficPolicy` and `validateServiceTrafficDistribution`.
    fn validate_policies(&self, errors: &mut Errors<'d, 's>) {
        let names = ["externalTrafficPolicy", "healthCheckNodePort", "trafficDistribution", "externalIPs"];
        let [policy, health, distribution, ips] = self.spec.fields(names);
        let is_open = matches!(self.kind, "LoadBalancer" | "NodePort")
            || self.kind == "ClusterIP" && ips.is_some_and(|ips| !ips.is_empty());
        if let Some(policy) = policy.filter(|policy| policy.str().is_some() && !is_open) {
            let why = "may be set for a Service only that is reached from outside: of the type NodePort or LoadBalancer, or with `externalIPs`";
            errors.conflict(policy, why, self.ty, "the type");
        }
        let needs_health = self.kind == "LoadBalancer" && at::text(policy) == Some("Local");
        if let Some(health) = health.filter(|health| health.int().is_some_and(|port| port != 0)) {
            if !needs_health {
                let why = "may be set beside `type: LoadBalancer` and `externalTrafficPolicy: Local` only";
                errors.conflict(health, why, policy.or(self.ty), "the policy");
            } else if health.int().is_some_and(|port| !(1..=65535).contains(&port)) {
                errors.invalid(health, "must be 1 to 65535");
            }
        }
        let words: &[&str] = match errors.version.minor() {
            33 => &["PreferClose"],
            _ => &["PreferClose", "PreferSameZone", "PreferSameNode"],
        };
        if let Some(distribution) = distribution.filter(|it| it.any_str().is_some_and(|text| !words.contains(&text))) {
            errors.not_supported(distribution, words);
        }
    }
}

/// `ValidateEndpointIP`: not the addresses of a machine itself, of its link, and of none.
fn endpoint_ip(text: &str) -> format::Check {
    let Some(ip) = format::sloppy_ip(text) else { return Ok(()) };
    let is_link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.octets().starts_with(&[224, 0, 0]),
        IpAddr::V6(ip) => {
            ip.segments().first().is_some_and(|first| first & 0xffc0 == 0xfe80 || first & 0xff0f == 0xff02)
        }
    };
    if ip.is_unspecified() || ip.is_loopback() || is_link_local {
        return Err("may not be unspecified, of the loopback, or local to a link".to_owned());
    }
    Ok(())
}

/// `ValidateServiceClusterIPsRelatedFields`.
fn validate_cluster_ips<'d, 's>(
    spec: At<'d, 's>,
    one: Option<At<'d, 's>>,
    all: Option<At<'d, 's>>,
    errors: &mut Errors<'d, 's>,
) {
    let families = spec.get("ipFamilies");
    let mut seen = Seen::default();
    for family in families.into_iter().flat_map(At::items) {
        if !matches!(family.any_str(), None | Some("IPv4" | "IPv6")) {
            errors.not_supported(family, &["IPv4", "IPv6"]);
        }
        if let Some(first) = seen.before(family.str(), family) {
            errors.duplicate(family, "is there twice", first);
        }
    }
    let version = errors.version;
    let Some(all) = all.filter(|all| !all.is_empty()) else {
        if let Some(ip) = one.filter(|ip| ip.str() != Some("None")) {
            errors.check(ip, |text| format::ip(text, version));
        }
        return;
    };
    let first = all.items().next().and_then(At::str);
    match one.filter(|one| one.str().is_some()) {
        None => errors.invalid_beside(all, "may not be set without `clusterIP`", one, "empty"),
        Some(one) if one.str() != first => {
            errors.invalid_beside(all, "must begin with the address of `clusterIP`", Some(one), "the address");
        }
        Some(_) => {}
    }
    if first == Some("None") {
        if all.items().len() > 1 {
            errors.invalid(all, "may hold nothing else beside `None`");
        }
        return;
    }
    for ip in all.items() {
        errors.check(ip, |text| format::ip(text, version));
    }
    if all.items().len() > 2 {
        errors.invalid(all, "may hold two addresses at most");
    }
    let is_v4 = |ip: At<'d, 's>| ip.str().and_then(format::sloppy_ip).map(|ip| ip.is_ipv4());
    let kinds: Vec<bool> = all.items().filter_map(is_v4).collect();
    if let [a, b] = kinds.as_slice()
        && a == b
    {
        errors.invalid(all, "may hold one address of each family at most");
    }
    for (ip, family) in all.items().zip(families.into_iter().flat_map(At::items)) {
        let expected = family.str().map(|family| family == "IPv4");
        if expected.is_some() && is_v4(ip).is_some() && is_v4(ip) != expected {
            errors.invalid_beside(ip, "is not of the family that `ipFamilies` says", Some(family), "the family");
        }
    }
}
