//! How the API server reaches others, after `k8s.io/apiserver/pkg/server/egressselector/config.go`.

use super::tools;
use crate::k8s::validation::{At, Errors};
use std::collections::HashMap;

const NAMES: [&str; 3] = ["cluster", "controlplane", "etcd"];

/// `ValidateEgressSelectorConfiguration`.
pub(super) fn validate_egress_selector_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut seen: HashMap<String, At<'d, 's>> = HashMap::new();
    for selection in root.each("egressSelections") {
        validate_connection(selection, errors);
        let Some(at) = selection.get("name").filter(|at| at.str().is_some()) else {
            errors.required(selection, "name", "`controlplane`, `cluster` or `etcd`");
            continue;
        };
        let canonical = at.str().unwrap_or_default().to_ascii_lowercase();
        // `master` is what v1alpha1 called the first
        if !NAMES.contains(&canonical.as_str()) && canonical != "master" {
            errors.not_supported(at, &NAMES);
        } else if let Some(first) = seen.get(&canonical) {
            errors.duplicate(at, "is there twice", *first);
        } else {
            seen.insert(canonical, at);
        }
    }
}

fn validate_connection<'d, 's>(selection: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const PROTOCOLS: [&str; 3] = ["Direct", "HTTPConnect", "GRPC"];
    let Some(connection) = selection.get("connection") else {
        errors.required(selection, "connection", "");
        return;
    };
    let transport = connection.get("transport");
    match connection.text("proxyProtocol") {
        None => errors.required(connection, "proxyProtocol", "`Direct`, `HTTPConnect` or `GRPC`"),
        Some("Direct") => {
            if let Some(transport) = transport {
                errors.conflict(transport, "is not for `Direct`", connection.get("proxyProtocol"), "the protocol");
            }
        }
        Some(protocol @ ("HTTPConnect" | "GRPC")) => match transport {
            None => errors.required(connection, "transport", "it says where the proxy is"),
            Some(transport) => validate_transport(transport, protocol, errors),
        },
        Some(_) => tools::one_of(connection, "proxyProtocol", &PROTOCOLS, errors),
    }
}

/// `validateHTTPConnectTransport` and `validateGRPCTransport`.
fn validate_transport<'d, 's>(transport: At<'d, 's>, protocol: &str, errors: &mut Errors<'d, 's>) {
    let (tcp, uds) = (transport.get("tcp"), transport.get("uds"));
    match (tcp, uds) {
        (_, None) if protocol == "GRPC" => errors.required(transport, "uds", "`GRPC` needs it"),
        (Some(tcp), Some(uds)) if protocol == "HTTPConnect" => {
            errors.conflict(tcp, "cannot be beside `uds`", Some(uds), "the other one");
        }
        (None, None) => errors.required(transport, "tcp", "`tcp` or `uds` is needed"),
        (Some(tcp), None) => validate_tcp(tcp, errors),
        (_, Some(uds)) if uds.text("udsName").is_none() => errors.required(uds, "udsName", ""),
        _ => {}
    }
}

/// `validateTCPConnection` and `validateTLSConfig`.
fn validate_tcp<'d, 's>(tcp: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let tls = tcp.get("tlsConfig");
    match (tcp.text("url").unwrap_or_default(), tls) {
        (url, Some(tls)) if url.starts_with("http://") => {
            errors.conflict(tls, "is not for `http://`", tcp.get("url"), "the address");
        }
        (url, None) if url.starts_with("https://") => errors.required(tcp, "tlsConfig", "`https://` needs it"),
        (url, Some(tls)) if url.starts_with("https://") => {
            for field in ["clientCert", "clientKey"] {
                if tls.text(field).is_none() {
                    errors.required(tls, field, "");
                }
            }
        }
        ("", _) => errors.required(tcp, "url", "it begins with `http://` or `https://`"),
        (url, _) if !url.starts_with("http://") => {
            tcp.get("url").into_iter().for_each(|at| errors.invalid(at, "must begin with `http://` or `https://`"));
        }
        _ => {}
    }
}
