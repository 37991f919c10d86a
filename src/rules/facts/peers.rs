//! What the rules of a NetworkPolicy let pass.

use super::labels::Selector;
use crate::k8s::network_policy::{self, Direction};
use crate::yaml::Node;

/// A rule of a policy: from or to whom, on which ports.
#[derive(Debug)]
pub struct TrafficRule {
    pub direction: Direction,
    /// From or to these; everybody where there is none.
    pub peers: Box<[Peer]>,
    /// `8080, 53/UDP`; empty for all.
    pub ports: Box<str>,
}

/// From or to whom a rule lets traffic pass.
#[derive(Debug)]
pub enum Peer {
    /// Pods.
    Pods {
        /// Of these namespaces; of that of the policy where there is none.
        namespaces: Option<Selector>,
        /// With these labels; every one where there is none.
        pods: Option<Selector>,
    },
    /// Addresses.
    Block(Box<str>),
}

impl TrafficRule {
    /// The rules of a policy that count.
    pub(super) fn all(policy: network_policy::NetworkPolicy<'_, '_>) -> Box<[Self]> {
        let counting = Direction::ALL.into_iter().filter(|direction| policy.isolates(*direction));
        counting.flat_map(|direction| policy.rules(direction).map(move |rule| Self::of(rule, direction))).collect()
    }

    fn of(rule: Node<'_, '_>, direction: Direction) -> Self {
        let peers = rule.get(direction.peers()).into_iter().flat_map(Node::items);
        let ports = rule.get("ports").into_iter().flat_map(Node::items);
        let ports: Vec<String> = ports.map(port).collect();
        Self { direction, peers: peers.map(Peer::of).collect(), ports: ports.join(", ").into() }
    }
}

impl Peer {
    fn of(node: Node<'_, '_>) -> Self {
        let peer = network_policy::Peer::of(node);
        if let Some(block) = peer.block {
            return Self::Block(block.value.get("cidr").and_then(Node::as_str).unwrap_or("?").into());
        }
        Self::Pods {
            namespaces: peer.namespaces.map(|field| Selector::of(field.value)),
            pods: peer.pods.map(|field| Selector::of(field.value)),
        }
    }
}

/// `8080`, `53/UDP`, `8000-8080`, `http`.
fn port(node: Node<'_, '_>) -> String {
    let number = |key: &str| {
        let port = node.get(key)?;
        port.as_int().map(|number| number.to_string()).or_else(|| port.as_str().map(str::to_owned))
    };
    let first = number("port").unwrap_or_else(|| "all".to_owned());
    let range = number("endPort").map_or_else(|| first.clone(), |last| format!("{first}-{last}"));
    match node.get("protocol").and_then(Node::as_str) {
        Some(protocol) if protocol != "TCP" => format!("{range}/{protocol}"),
        _ => range,
    }
}
