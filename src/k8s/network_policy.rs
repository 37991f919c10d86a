//! A NetworkPolicy as the API server understands it.

use super::network::Cidr;
use super::object::{Kind, Object};
use super::pod::Field;
use crate::yaml::{Kind as NodeKind, Node};

/// Which way traffic goes, seen from the pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the pod.
    Ingress,
    /// From the pod.
    Egress,
}

impl Direction {
    pub const ALL: [Self; 2] = [Self::Ingress, Self::Egress];

    /// As in `policyTypes`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The field with its rules.
    pub fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// The field of a rule with its peers.
    pub fn peers(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct NetworkPolicy<'d, 's> {
    /// `spec`.
    pub spec: Node<'d, 's>,
    /// `spec.podSelector`; where it is absent, every pod is selected.
    pub selector: Option<Field<'d, 's>>,
    /// `spec.policyTypes`, unless empty.
    pub types: Option<Field<'d, 's>>,
}

impl<'d, 's> NetworkPolicy<'d, 's> {
    /// The policy that an object is.
    pub fn of(object: &Object<'d, 's>) -> Option<Self> {
        if object.kind != Kind::NetworkPolicy {
            return None;
        }
        let spec = object.root.get("spec").filter(|spec| spec.kind() == NodeKind::Mapping)?;
        let types = Field::of(spec, "policyTypes").filter(|types| types.value.items().len() > 0);
        Some(Self { spec, selector: Field::of(spec, "podSelector"), types })
    }

    /// Whether pods that it selects are closed in a direction, but for what policies allow. Without `policyTypes` they are
    /// for ingress, and for egress if there are rules for it.
    pub fn isolates(&self, direction: Direction) -> bool {
        match self.types {
            Some(types) => types.value.items().any(|word| word.as_str() == Some(direction.as_str())),
            None => direction == Direction::Ingress || self.rules(direction).next().is_some(),
        }
    }

    /// What is written as rules for a direction, whether or not it counts.
    pub fn rules(&self, direction: Direction) -> impl Iterator<Item = Node<'d, 's>> + use<'d, 's> {
        self.spec.get(direction.field()).into_iter().flat_map(Node::items)
    }
}

/// Whether a rule is about every port.
pub fn allows_all_ports(rule: Node<'_, '_>) -> bool {
    rule.get("ports").is_none_or(|ports| ports.items().len() == 0)
}

/// Whether each port that a rule names is one of these.
pub fn allows_only(rule: Node<'_, '_>, ports: &[i128]) -> bool {
    let number = |port: Node<'_, '_>| port.get("port").and_then(Node::as_int).filter(|_| port.get("endPort").is_none());
    !allows_all_ports(rule)
        && rule
            .get("ports")
            .is_some_and(|list| list.items().all(|port| number(port).is_some_and(|number| ports.contains(&number))))
}

/// Whether questions to a DNS server may pass a rule: port 53, or 5353 as on `OpenShift`, over UDP. A port by name counts, as
/// nobody can tell its number here.
pub fn allows_dns(rule: Node<'_, '_>) -> bool {
    let is_dns = |port: Node<'_, '_>| {
        let is_udp = port.get("protocol").and_then(Node::as_str) == Some("UDP");
        let Some(first) = Field::of(port, "port") else { return is_udp };
        let Some(number) = first.value.as_int() else { return is_udp };
        let last = port.get("endPort").and_then(Node::as_int).unwrap_or(number);
        is_udp && [53, 5353].iter().any(|dns| (number..=last).contains(dns))
    };
    allows_all_ports(rule) || rule.get("ports").is_some_and(|ports| ports.items().any(is_dns))
}

/// A peer of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'d, 's> {
    /// `namespaceSelector`.
    pub namespaces: Option<Field<'d, 's>>,
    /// `podSelector`.
    pub pods: Option<Field<'d, 's>>,
    /// `ipBlock`.
    pub block: Option<Field<'d, 's>>,
}

impl<'d, 's> Peer<'d, 's> {
    /// A member of `from` or `to`.
    pub fn of(node: Node<'d, 's>) -> Self {
        let field = |key: &str| Field::of(node, key);
        Self { namespaces: field("namespaceSelector"), pods: field("podSelector"), block: field("ipBlock") }
    }

    /// Whether it is every pod of every namespace.
    pub fn is_every_pod(&self) -> bool {
        self.namespaces.is_some_and(|field| is_everything(field.value))
            && self.pods.is_none_or(|field| is_everything(field.value))
    }

    /// The block, if it holds every address of its family, without exceptions.
    pub fn every_address(&self) -> Option<Node<'d, 's>> {
        let block = self.block?.value;
        let cidr = block.get("cidr")?;
        let excepts = block.get("except").is_some_and(|except| except.items().len() > 0);
        // the loose spellings that older releases take, such as `10.0.0.0/0`, mean the same
        let all = cidr.as_str().is_some_and(|text| match Cidr::parse(text) {
            Ok(cidr) => cidr.is_everything(),
            Err(_) => text.ends_with("/0"),
        });
        (all && !excepts).then_some(cidr)
    }
}

/// Whether a selector has neither labels nor expressions, and so selects everything.
pub fn is_everything(selector: Node<'_, '_>) -> bool {
    let labels = selector.get("matchLabels").is_none_or(|labels| labels.entries().len() == 0);
    labels && selector.get("matchExpressions").is_none_or(|expressions| expressions.items().len() == 0)
}
