//! Peers, routes and metrics.

use super::ports::{find_port, known_port};
use crate::decode::{Decoder, Located};
use crate::diagnostic::Diagnostic;
use crate::k8s::network::Cidr;
use crate::spec::App;
use crate::spec::container::{Port, PortRef, Protocol};
use crate::spec::network::{Called, Caller, Route, Via};
use crate::spec::values::Block;
use crate::yaml::Span;

/// Private, shared and link-local ranges, the cloud's metadata services among them (RFC 1918, 6598, 3927, 4193, 4291):
/// what "the internet" leaves out, for IPv4 and IPv6.
pub fn public_ranges() -> [(&'static str, &'static [&'static str]); 2] {
    [
        ("0.0.0.0/0", &["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]),
        ("::/0", &["fc00::/7", "fe80::/10"]),
    ]
}

/// The metadata service of a cloud, which hands out the node's credentials, for IPv4 and IPv6.
pub const METADATA: [&str; 2] = ["169.254.169.254/32", "fd00:ec2::254/128"];

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    for from in &app.network.from {
        if let Caller::Cidr(cidr) = &from.peer {
            block(cidr, false, decoder);
        }
        match &from.port {
            Some(port) => {
                offered_port(port, app, decoder);
            }
            None if app.offered_ports().next().is_none() => decoder.report(
                Diagnostic::error(from.span, "this app may be called, but it listens on no port")
                    .label("expected `ports`"),
            ),
            None => {}
        }
    }
    for to in &app.network.to {
        if let Called::Cidr(cidr) = &to.peer {
            block(cidr, true, decoder);
        }
    }
    if let Some(route) = &app.route {
        check_route(app, route, decoder);
    }
    if let Some(metrics) = &app.metrics {
        let port = offered_port(&metrics.port, app, decoder);
        if port.is_some_and(|port| port.protocol == Protocol::Udp) {
            decoder.report(Diagnostic::error(metrics.port.span, "metrics on a UDP port").label("expected a TCP port"));
        }
    }
}

/// The port that is called from outside the pod; reports one that is not there, or not for others.
fn offered_port<'a>(port: &Located<PortRef>, app: &'a App, decoder: &mut Decoder<'_>) -> Option<&'a Port> {
    let inner = app.sidecars.iter().find_map(|sidecar| Some((sidecar, find_port(&port.value, &sidecar.ports)?)));
    if let Some((sidecar, inner)) = inner.filter(|_| find_port(&port.value, app.offered_ports()).is_none()) {
        let (name, owner, number) = (inner.name.as_str(), sidecar.name.as_str(), inner.port.0);
        decoder.report(
            Diagnostic::error(port.span, format!("port `{name}` of sidecar `{owner}` is not in the Service"))
                .label("expected a port that others can call")
                .related(inner.name.span, "this port has no number at the Service")
                .help(format!("give it one: `service: {number}`")),
        );
        return None;
    }
    known_port(port, app.offered_ports(), decoder)
}

fn block(block: &Located<Block>, outgoing: bool, decoder: &mut Decoder<'_>) {
    let (cidr, span): (Cidr, Span) = (*block.value, block.span);
    let has_metadata = METADATA.iter().any(|service| Cidr::parse(service).is_ok_and(|service| cidr.contains(&service)));
    if cidr.is_everything() {
        let problem = Diagnostic::error(span, "this is every address, the cluster and the metadata service included");
        decoder.report(if outgoing {
            problem.label("expected a smaller block").help("for public addresses only, write `internet: true`")
        } else {
            problem.label("expected a smaller block").help("requests from outside come through a `route`")
        });
    } else if outgoing && has_metadata {
        let problem = Diagnostic::warning(span, "the cloud's metadata service is in this block");
        decoder.report(problem.label("it hands out the credentials of the node: expected a block without it"));
    }
}

fn check_route(app: &App, route: &Located<Route>, decoder: &mut Decoder<'_>) {
    let first = app.offered_ports().next();
    match route.port.as_ref().map_or(first, |port| offered_port(port, app, decoder)) {
        None if route.port.is_none() => {
            decoder.report(
                Diagnostic::error(route.span, "a route leads to a port, and the app has none")
                    .label("expected `ports`"),
            );
        }
        Some(port) if port.protocol == Protocol::Udp => {
            decoder.report(Diagnostic::error(route.span, "a route leads to a UDP port").label("expected a TCP port"));
        }
        Some(port) if port.service_port().is_none() => decoder.report(
            Diagnostic::error(
                route.span,
                format!("a route leads to the Service, and port `{}` is kept out of it", port.name.as_str()),
            )
            .label("expected a port with a Service port"),
        ),
        _ => {}
    }
    if !decoder.is_sound(route.span) {
        return;
    }
    let mut needs = |key: &str, present: bool, help: &str| {
        if !present {
            let problem = Diagnostic::error(route.span, format!("`{key}` is missing"));
            decoder.report(problem.label(format!("a route by {} needs it", route.via.as_str())).help(help));
        }
    };
    match route.via {
        Via::Gateway => {
            needs("gateway", route.gateway.is_some(), "gateway: NAMESPACE/NAME of the Gateway that takes the requests");
        }
        Via::Ingress => {
            needs(
                "class",
                route.class.is_some(),
                "class: the name of an IngressClass; `kubectl get ingressclass` lists them",
            );
            needs("namespace", route.namespace.is_some(), "namespace: where the pods of the Ingress controller run");
        }
    }
    let mut foreign = |key: &str, span: Option<Span>, owner: &str| {
        if let Some(span) = span {
            decoder.report(
                Diagnostic::error(span, format!("`{key}` belongs to a route by {owner}")).label("take this out"),
            );
        }
    };
    match route.via {
        Via::Gateway => {
            foreign("class", route.class.as_ref().map(|value| value.span), "ingress");
            foreign(
                "tls",
                route.tls.as_ref().map(|value| value.span),
                "ingress; the Gateway's listener has the certificate",
            );
        }
        Via::Ingress => {
            foreign("gateway", route.gateway.as_ref().map(|value| value.span), "gateway");
            foreign("listener", route.listener.place(), "gateway");
        }
    }
}
