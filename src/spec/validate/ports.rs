//! Ports that something refers to.

use crate::decode::{Decoder, Located};
use crate::diagnostic::{Diagnostic, nearest};
use crate::spec::container::{Port, PortRef, Protocol};

/// The number of a port, with its protocol where that is not TCP: the two do not collide.
pub(super) fn number(port: &Port) -> String {
    format!("{}{}", port.port.0, suffix(port))
}

pub(super) fn suffix(port: &Port) -> &'static str {
    if port.protocol == Protocol::Udp { "/UDP" } else { "" }
}

pub(super) fn is_tcp(port: &Port) -> bool {
    port.protocol == Protocol::Tcp
}

/// A port that connections are made to.
pub(super) fn tcp_port(port: &Located<PortRef>, ports: &[Port], decoder: &mut Decoder<'_>) {
    let other =
        ports.iter().any(|it| is_tcp(it) && it.port.0 == find_port(&port.value, ports).map_or(0, |it| it.port.0));
    if known_port(port, ports, decoder).is_some_and(|port| !is_tcp(port)) && !other {
        decoder.report(Diagnostic::error(port.span, "this port is for UDP").label("expected a TCP port"));
    }
}

/// The port that a reference means; reports one that is not among those.
pub(super) fn known_port<'p>(
    port: &Located<PortRef>,
    ports: impl IntoIterator<Item = &'p Port> + Clone,
    decoder: &mut Decoder<'_>,
) -> Option<&'p Port> {
    let found = find_port(&port.value, ports.clone());
    if found.is_none() {
        let names: Vec<&str> = ports.into_iter().map(|port| port.name.as_str()).collect();
        let (word, near) = match &port.value {
            PortRef::Named(name) => (name.as_str().to_owned(), nearest(name, names.iter().copied())),
            PortRef::Number(number) => (number.to_string(), None),
        };
        let problem = Diagnostic::error(port.span, format!("there is no port `{word}`"));
        decoder.report(match near {
            Some(near) => problem.label(format!("did you mean `{near}`?")),
            None if names.is_empty() => problem.label("the app has no ports"),
            None => problem.label(format!("expected one of {}", names.join(", "))),
        });
    }
    found
}

/// The port that a reference means.
pub fn find_port<'p>(port: &PortRef, ports: impl IntoIterator<Item = &'p Port>) -> Option<&'p Port> {
    ports.into_iter().find(|candidate| port.means(candidate))
}
