//! The configuration of kube-proxy, after `Validate` of `pkg/proxy/apis/config/validation`.

use super::logging;
use super::tools::{duration, duration_of, enabled, in_range, one_of, range};
use crate::k8s::duration::SECOND;
use crate::k8s::validation::format::{sloppy_cidr, sloppy_ip};
use crate::k8s::validation::{At, Errors, Seen};

const MOST: i128 = i32::MAX as i128;

/// `Validate`.
pub(super) fn validate<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let modes: &[&str] = if enabled(root, "KubeProxyIPVS", errors.version) {
        &["iptables", "ipvs", "nftables"]
    } else {
        &["iptables", "nftables"]
    };
    // Windows has its own
    if root.text("mode") != Some("kernelspace") {
        one_of(root, "mode", modes, errors);
    }
    in_range(root, &range("oomScoreAdj", -1_000, 1_000), errors);
    for section in ["iptables", "nftables"] {
        if let Some(section) = root.get(section) {
            in_range(section, &range("masqueradeBit", 0, 31), errors);
        }
    }
    validate_sync(root, errors);
    validate_conntrack(root, errors);
    validate_ipvs(root, errors);
    if let Some(connection) = root.get("clientConnection") {
        in_range(connection, &range("burst", 0, MOST), errors);
    }
    if let Some(at) = root.get("bindAddress").filter(|at| at.str().is_some_and(|text| sloppy_ip(text).is_none())) {
        errors.invalid(at, "is no IP address");
    }
    for field in ["healthzBindAddress", "metricsBindAddress"] {
        root.get(field).into_iter().for_each(|at| validate_host_port(at, errors));
    }
    validate_node_port_addresses(root, errors);
    validate_detect_local(root, errors);
    if let Some(logging) = root.get("logging") {
        logging::validate(logging, errors);
    }
}

/// How often rules are written: since v1alpha1 the times are in the section of the mode.
fn validate_sync<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    // 0 is the default
    if let Some(at) = root.get("configSyncPeriod").filter(|at| duration(*at).is_some_and(|time| time < 0)) {
        errors.invalid(at, "must be more than 0");
    }
    let mode = root.text("mode").unwrap_or("iptables");
    let Some(section) = root.get(mode) else { return };
    let whole = duration_of(section, "syncPeriod").filter(|time| *time != 0).unwrap_or(30 * SECOND);
    if let Some(at) = section.get("syncPeriod").filter(|_| whole < 0) {
        errors.invalid(at, "must be more than 0");
    }
    if let Some(at) = section.get("minSyncPeriod") {
        match duration(at) {
            Some(time) if time < 0 => errors.invalid(at, "must be 0 or more"),
            Some(time) if time > whole && whole > 0 => {
                errors.invalid_beside(at, "must be `syncPeriod` at most", section.get("syncPeriod"), "the most");
            }
            _ => {}
        }
    }
}

/// `validateKubeProxyConntrackConfiguration`.
fn validate_conntrack<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(conntrack) = root.get("conntrack") else { return };
    for field in ["maxPerCore", "min"] {
        in_range(conntrack, &range(field, 0, MOST), errors);
    }
    not_negative(
        conntrack,
        &["tcpEstablishedTimeout", "tcpCloseWaitTimeout", "udpTimeout", "udpStreamTimeout"],
        errors,
    );
}

fn not_negative<'d, 's>(root: At<'d, 's>, fields: &[&str], errors: &mut Errors<'d, 's>) {
    for at in fields.iter().filter_map(|field| root.get(field)) {
        if duration(at).is_some_and(|time| time < 0) {
            errors.invalid(at, "must be 0 or more");
        }
    }
}

/// `validateKubeProxyIPVSConfiguration`: for that mode only.
fn validate_ipvs<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(ipvs) = root.get("ipvs").filter(|_| root.text("mode") == Some("ipvs")) else { return };
    not_negative(ipvs, &["tcpTimeout", "tcpFinTimeout", "udpTimeout"], errors);
    for at in ipvs.each("excludeCIDRs").filter(|at| at.any_str().is_some_and(|text| sloppy_cidr(text).is_none())) {
        errors.invalid(at, "is no network such as `10.9.8.0/24`");
    }
}

/// `validateHostPort`, after the defaults, which add a port and an address.
fn validate_host_port<'d, 's>(at: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(text) = at.str() else { return };
    if sloppy_ip(text).is_some() {
        return;
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        errors.invalid(at, "must be an address and a port, as `127.0.0.1:10249`");
        return;
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if !host.is_empty() && sloppy_ip(host).is_none() {
        errors.invalid(at, "has no IP address before its port");
    }
    if !port.parse::<u16>().is_ok_and(|port| port > 0) {
        errors.invalid(at, "has no port from 1 to 65535");
    }
}

/// `validateKubeProxyNodePortAddress`.
fn validate_node_port_addresses<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let words: &[&str] = if errors.version.minor() >= 36 { &["primary", "localhost", "all"] } else { &["primary"] };
    let mut seen = Seen::default();
    for at in root.each("nodePortAddresses") {
        let Some(text) = at.any_str() else { continue };
        if words.contains(&text) {
            if let Some(first) = seen.before(Some(text), at) {
                errors.duplicate(at, "is in the list twice", first);
            }
        } else if sloppy_cidr(text).is_none() {
            errors.invalid(at, "must be a network such as `10.9.8.0/24`, or `primary`");
        }
    }
}

/// `validateDetectLocalMode` and `validateDetectLocalConfiguration`.
fn validate_detect_local<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const MODES: [&str; 4] = ["ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix"];
    one_of(root, "detectLocalMode", &MODES, errors);
    let section = root.get("detectLocal");
    let needed = match root.text("detectLocalMode") {
        Some("BridgeInterface") => "bridgeInterface",
        Some("InterfaceNamePrefix") => "interfaceNamePrefix",
        _ => "",
    };
    if !needed.is_empty() && section.and_then(|section| section.text(needed)).is_none() {
        errors.required(section.unwrap_or(root), "detectLocal", format!("the mode needs `detectLocal.{needed}`"));
    }
    let is_cidr = root.text("detectLocalMode").is_none_or(|mode| mode == "ClusterCIDR");
    if let Some(at) = root.get("clusterCIDR").filter(|at| is_cidr && at.str().is_some()) {
        let networks: Vec<&str> = at.str().unwrap_or_default().split(',').collect();
        let parsed: Vec<bool> =
            networks.iter().filter_map(|text| Some(sloppy_cidr(text.trim())?.0.is_ipv4())).collect();
        if parsed.len() != networks.len() {
            errors.invalid(at, "is no network such as `10.244.0.0/16`, nor two of both families");
        } else if parsed.len() > 2 || matches!(parsed.as_slice(), [a, b] if a == b) {
            errors.invalid(at, "must be one network, or one of each family");
        }
    }
}
