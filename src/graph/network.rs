//! Who reaches whom, as the network policies of the input say. Services and names do not matter to them; what a network plugin
//! adds of its own is not known here.

use std::collections::HashMap;

use super::model::{Graph, Node, Side, Tone, Worst};
use crate::k8s::network_policy::Direction;
use crate::rules::facts::{Facts, Labels, NetworkPolicy, Peer, Pods, Selector, Service, TrafficRule};

/// So many workloads are looked at: each is held against each.
const MOST_PODS: usize = 150;
/// So many rules that hold for a workload are looked at, for the same reason.
const MOST_RULES: usize = 1000;

/// So many ports of a line are named.
const MOST_PORTS: usize = 12;

const ANYBODY: &str = "any pod of the cluster";
const ANYWHERE: &str = "any address";
const OUTSIDE: &str = "outside of the cluster";

/// What is known of a workload.
struct Workload<'f> {
    pods: &'f Pods,
    key: String,
    /// The labels of its namespace.
    namespace: Labels,
    /// The policies that close it, by direction; none where it is open.
    ingress: Vec<&'f NetworkPolicy>,
    egress: Vec<&'f NetworkPolicy>,
}

/// Draws the picture.
pub fn network(facts: &Facts, worst: Worst<'_>) -> Graph {
    let mut graph = Graph::new("Who reaches whom", ["from", "to"]);
    let all = workloads(facts);
    graph.left_out += facts.pods.len().saturating_sub(MOST_PODS);
    // a picture has room for so many; what is open to everybody must not be among what is left out
    let is_open = |at: &usize| all.get(*at).is_some_and(|workload| workload.is_open(Direction::Ingress));
    let (open, closed): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(is_open);
    for at in open.into_iter().chain(closed) {
        arrivals(&mut graph, &all, at, worst);
        departures(&mut graph, &all, at, worst);
    }
    between(&mut graph, &all, worst);
    outside(&mut graph, facts, &all, worst);
    if all.iter().any(|workload| workload.pods.host_network) {
        graph.notes.push("No policy holds for pods in the network of their node.".to_owned());
    }
    if facts.network_policies.iter().map(|policy| policy.rules.len()).sum::<usize>() > MOST_RULES {
        graph.notes.push(format!("Of the rules that hold for a workload, the first {MOST_RULES} are in the picture."));
    }
    if !facts.foreign_policies.is_empty() {
        graph.notes.push("Policies of network plugins are not in the picture.".to_owned());
    }
    graph
}

/// The workloads with what closes them.
fn workloads(facts: &Facts) -> Vec<Workload<'_>> {
    let mut policies: HashMap<Option<&str>, Vec<&NetworkPolicy>> = HashMap::new();
    for policy in &facts.network_policies {
        policies.entry(policy.object.namespace()).or_default().push(policy);
    }
    let of = |pods: &'_ Pods, closes: fn(&NetworkPolicy) -> bool| -> Vec<&NetworkPolicy> {
        let here = policies.get(&pods.object.namespace()).into_iter().flatten().copied();
        here.filter(|policy| closes(policy) && !pods.host_network && policy.selector.matches(&pods.labels)).collect()
    };
    let workload = |pods| Workload {
        pods,
        key: key(pods),
        namespace: namespace_labels(facts, pods.object.namespace()),
        ingress: of(pods, |policy| policy.ingress),
        egress: of(pods, |policy| policy.egress),
    };
    facts.pods.iter().take(MOST_PODS).map(workload).collect()
}

fn key(pods: &Pods) -> String {
    let (kind, name) = (pods.object.kind(), pods.object.name());
    format!("{kind} {}/{name}", pods.object.namespace().unwrap_or("default"))
}

/// The labels of a namespace, with the one that the API server gives.
fn namespace_labels(facts: &Facts, namespace: Option<&str>) -> Labels {
    let name = namespace.unwrap_or("default");
    let written = facts.namespace_labels.get(name).cloned().unwrap_or_default();
    written.with("kubernetes.io/metadata.name", name)
}

impl<'f> Workload<'f> {
    fn rules(&self, direction: Direction) -> impl Iterator<Item = (&'f NetworkPolicy, &'f TrafficRule)> {
        let policies = if direction == Direction::Ingress { &self.ingress } else { &self.egress };
        let rules = policies.iter().flat_map(|policy| policy.rules.iter().map(move |rule| (*policy, rule)));
        rules.filter(move |(_, rule)| rule.direction == direction).take(MOST_RULES)
    }

    fn is_open(&self, direction: Direction) -> bool {
        if direction == Direction::Ingress { self.ingress.is_empty() } else { self.egress.is_empty() }
    }

    /// Whether a rule lets every pod of the cluster in.
    fn lets_everybody_in(&self) -> bool {
        let mut rules = self.rules(Direction::Ingress);
        rules.any(|(_, rule)| rule.peers.is_empty() || rule.peers.iter().any(is_everybody))
    }

    fn node(&self, worst: Worst<'_>) -> Node {
        let object = &self.pods.object;
        Node {
            key: self.key.clone(),
            label: object.name().to_owned(),
            details: vec![object.kind().to_owned()],
            group: Some(object.namespace().unwrap_or("default").to_owned()),
            tone: Tone::of(worst(object.kind(), object.namespace(), object.name())),
        }
    }
}

/// What is no workload of the input.
fn foreign(key: &str, tone: Tone) -> Node {
    Node { key: key.to_owned(), label: key.to_owned(), details: Vec::new(), group: None, tone }
}

/// Whether a peer of a rule is a workload.
fn is_peer(peer: &Peer, policy: &NetworkPolicy, other: &Workload<'_>) -> bool {
    let Peer::Pods { namespaces, pods } = peer else { return false };
    let is_here = match namespaces {
        Some(selector) => selector.matches(&other.namespace),
        None => policy.object.namespace() == other.pods.object.namespace(),
    };
    is_here && !other.pods.host_network && pods.as_ref().is_none_or(|selector| selector.matches(&other.pods.labels))
}

/// Whether a peer is every pod of the cluster.
fn is_everybody(peer: &Peer) -> bool {
    let is_all = |selector: &Option<Selector>| selector.as_ref().is_none_or(Selector::is_everything);
    matches!(peer, Peer::Pods { namespaces: Some(namespaces), pods } if namespaces.is_everything() && is_all(pods))
}

/// The ports on which rules let traffic pass between a workload and another; `None` if none does.
fn ports(workload: &Workload<'_>, direction: Direction, other: &Workload<'_>) -> Option<Vec<String>> {
    let lets = |rule: &TrafficRule, policy: &NetworkPolicy| {
        rule.peers.is_empty() || rule.peers.iter().any(|peer| is_peer(peer, policy, other))
    };
    let rules = workload.rules(direction).filter(|(policy, rule)| lets(rule, policy));
    let mut ports: Vec<String> = Vec::new();
    for port in rules.flat_map(|(_, rule)| rule.ports.split(", ")) {
        if ports.len() == MOST_PORTS {
            ports.push("…".to_owned());
            break;
        }
        if !ports.iter().any(|known| known == port) {
            ports.push(port.to_owned());
        }
    }
    (!ports.is_empty()).then_some(ports)
}

/// Who reaches a workload that is none of the input.
fn arrivals(graph: &mut Graph, all: &[Workload<'_>], at: usize, worst: Worst<'_>) {
    let Some(workload) = all.get(at) else { return };
    let mut add = |from: &str, ports: &str, tone: Tone| {
        let from = graph.node(Side::Left, from, || foreign(from, Tone::Outside));
        let to = graph.node(Side::Right, &workload.key, || workload.node(worst));
        if let (Some(from), Some(to)) = (from, to) {
            graph.edge(from, to, ports, tone);
        }
    };
    if workload.is_open(Direction::Ingress) {
        return add(ANYBODY, "", Tone::Bad);
    }
    for (policy, rule) in workload.rules(Direction::Ingress) {
        if rule.peers.is_empty() {
            add(ANYBODY, &rule.ports, Tone::Warned);
            add(ANYWHERE, &rule.ports, Tone::Warned);
        }
        for peer in &rule.peers {
            match peer {
                Peer::Block(block) => add(&address(block), &rule.ports, Tone::Outside),
                peer if is_everybody(peer) => add(ANYBODY, &rule.ports, Tone::Warned),
                peer if all.iter().any(|other| is_peer(peer, policy, other)) => {}
                Peer::Pods { namespaces, pods } => {
                    add(&described(policy, namespaces.as_ref(), pods.as_ref()), &rule.ports, Tone::Outside);
                }
            }
        }
    }
}

/// Whom a workload reaches that is none of the input.
fn departures(graph: &mut Graph, all: &[Workload<'_>], at: usize, worst: Worst<'_>) {
    let Some(workload) = all.get(at) else { return };
    let mut add = |to: &str, ports: &str, tone: Tone| {
        let from = graph.node(Side::Left, &workload.key, || workload.node(worst));
        let to = graph.node(Side::Right, to, || foreign(to, Tone::Outside));
        if let (Some(from), Some(to)) = (from, to) {
            graph.edge(from, to, ports, tone);
        }
    };
    if workload.is_open(Direction::Egress) {
        return add(ANYWHERE, "", Tone::Warned);
    }
    for (policy, rule) in workload.rules(Direction::Egress) {
        if rule.peers.is_empty() {
            add(ANYWHERE, &rule.ports, Tone::Outside);
        }
        for peer in &rule.peers {
            match peer {
                Peer::Block(block) => add(&address(block), &rule.ports, Tone::Outside),
                peer if is_everybody(peer) => add(ANYBODY, &rule.ports, Tone::Outside),
                peer if all.iter().any(|other| is_peer(peer, policy, other)) => {}
                Peer::Pods { namespaces, pods } => {
                    add(&described(policy, namespaces.as_ref(), pods.as_ref()), &rule.ports, Tone::Outside);
                }
            }
        }
    }
}

/// The lines between workloads of the input: where a policy of one side names the other, and the other side lets it.
fn between(graph: &mut Graph, all: &[Workload<'_>], worst: Worst<'_>) {
    for to in all {
        for from in all {
            let in_ports = ports(to, Direction::Ingress, from);
            let out_ports = ports(from, Direction::Egress, to);
            let is_let = (to.is_open(Direction::Ingress) || in_ports.is_some())
                && (from.is_open(Direction::Egress) || out_ports.is_some());
            // where everybody may, the line from any pod says it already
            let is_said = from.is_open(Direction::Egress) && (to.is_open(Direction::Ingress) || to.lets_everybody_in());
            if !is_let || is_said || std::ptr::eq(from, to) {
                continue;
            }
            let label = both(in_ports.as_deref(), out_ports.as_deref());
            let ends = (
                graph.node(Side::Left, &from.key, || from.node(worst)),
                graph.node(Side::Right, &to.key, || to.node(worst)),
            );
            if let (Some(from), Some(to)) = ends {
                graph.edge(from, to, label, Tone::Plain);
            }
        }
    }
}

/// The ports that both sides let pass, as far as texts tell; nothing for all.
fn both(arriving: Option<&[String]>, leaving: Option<&[String]>) -> String {
    let text = |ports: &[String]| {
        if ports.iter().any(String::is_empty) { String::new() } else { ports.join(", ") }
    };
    match (arriving.map(text), leaving.map(text)) {
        (Some(one), None) | (None, Some(one)) => one,
        (Some(one), Some(other)) if one.is_empty() || one == other => other,
        (Some(one), Some(other)) if other.is_empty() => one,
        (Some(one), Some(other)) => format!("{one} and {other}"),
        (None, None) => String::new(),
    }
}

/// What Services bring in from outside of the cluster.
fn outside(graph: &mut Graph, facts: &Facts, all: &[Workload<'_>], worst: Worst<'_>) {
    let is_of = |service: &Service, workload: &Workload<'_>| {
        service.object.namespace() == workload.pods.object.namespace()
            && service.selector.iter().all(|(key, value)| workload.pods.labels.get(key) == Some(value))
    };
    for service in facts.services.iter().filter(|service| service.is_outside).take(MOST_RULES) {
        for workload in all.iter().filter(|workload| is_of(service, workload)) {
            let from = graph.node(Side::Left, OUTSIDE, || foreign(OUTSIDE, Tone::Outside));
            let to = graph.node(Side::Right, &workload.key, || workload.node(worst));
            if let (Some(from), Some(to)) = (from, to) {
                let tone = if workload.is_open(Direction::Ingress) { Tone::Bad } else { Tone::Outside };
                graph.edge(from, to, format!("Service {}", service.object.name()), tone);
            }
        }
    }
}

/// A block of addresses in words.
fn address(block: &str) -> String {
    if block == "0.0.0.0/0" || block == "::/0" { ANYWHERE.to_owned() } else { block.to_owned() }
}

/// Pods that are not in the input.
fn described(policy: &NetworkPolicy, namespaces: Option<&Selector>, pods: Option<&Selector>) -> String {
    let pods = match pods.map(words) {
        Some(text) if !text.is_empty() => format!("pods {text}"),
        _ => "all pods".to_owned(),
    };
    match namespaces.map(words) {
        None => format!("{pods} in {}", policy.object.namespace().unwrap_or("default")),
        Some(text) if text.is_empty() => format!("{pods} in any namespace"),
        Some(text) => match text.strip_prefix("kubernetes.io/metadata.name=") {
            Some(name) => format!("{pods} in {name}"),
            None => format!("{pods} in namespaces {text}"),
        },
    }
}

/// A selector in words: `app=web, tier in (a, b)`.
fn words(selector: &Selector) -> String {
    let labels = selector.labels.iter().map(|(key, value)| format!("{key}={value}"));
    let expressions = selector.expressions.iter().map(ToString::to_string);
    labels.chain(expressions).collect::<Vec<_>>().join(", ")
}
