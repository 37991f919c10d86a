//! The rules of the app's `NetworkPolicies`. A name of a port on the app's own side becomes its number, which every network
//! plugin understands.

use crate::generate::view::{Dns, Pair, Peer, PolicyPort, PolicyRule, PortText};
use crate::spec::App;
use crate::spec::app::{Platform, Target};
use crate::spec::container::{Port, PortRef};
use crate::spec::level::Level;
use crate::spec::network::{Called, Caller, From, InSpace, Route, To};
use crate::spec::validate::{METADATA, find_port, public_ranges};

/// Where the DNS of the cluster is.
pub(in crate::generate) fn dns(target: &Target) -> Dns {
    if target.platform == Platform::OpenShift {
        let label = Pair::new("dns.operator.openshift.io/daemonset-dns", "default");
        return Dns { namespace: "openshift-dns", label, port: 5353, node_local: false };
    }
    Dns { namespace: "kube-system", label: Pair::new("k8s-app", "kube-dns"), port: 53, node_local: true }
}

pub(super) fn ingress(app: &App) -> Vec<PolicyRule> {
    let mut rules: Vec<PolicyRule> = app.network.from.iter().map(|from| ingress_rule(app, from)).collect();
    if let Some(route) = &app.route {
        // the pods that pass requests on: the Gateway's, unless they run elsewhere
        let gateway = route.gateway.as_ref().map(|gateway| gateway.0.clone());
        let namespace = route.namespace.as_ref().map(|namespace| namespace.to_string()).or(gateway);
        if let (Some(namespace), Some(port)) = (namespace, called(app, route)) {
            rules.push(PolicyRule { peers: vec![in_namespace(namespace)], ports: vec![own_port(port)] });
        }
    }
    if let Some(metrics) = &app.metrics
        && let Some(port) = find_port(&metrics.port.value, app.offered_ports())
    {
        let namespace = metrics.from.as_str();
        rules.push(PolicyRule { peers: vec![in_namespace(namespace.to_owned())], ports: vec![own_port(port)] });
    }
    rules
}

fn ingress_rule(app: &App, from: &From) -> PolicyRule {
    let meant = |port: &&Port| from.port.as_ref().is_none_or(|meant| meant.means(port));
    let ports = app.offered_ports().filter(meant).map(own_port).collect();
    let peer = match &from.peer {
        Caller::App(caller, place) => pods_of(caller, place),
        Caller::Namespace(namespace) => in_namespace(namespace.to_string()),
        Caller::Cidr(cidr) => Peer { cidr: Some(cidr.to_string()), ..Peer::default() },
    };
    PolicyRule { peers: vec![peer], ports }
}

pub(super) fn egress(app: &App) -> Vec<PolicyRule> {
    let mut rules: Vec<PolicyRule> = app.network.to.iter().map(|to| egress_rule(to)).collect();
    if let Some(server) = app.target.api_server.as_ref().filter(|_| !app.api.is_empty()) {
        let peers = server.cidrs.iter().map(|cidr| Peer { cidr: Some(cidr.to_string()), ..Peer::default() }).collect();
        let ports = vec![PolicyPort { protocol: "TCP", port: PortText::Number(server.port.0) }];
        rules.push(PolicyRule { peers, ports });
    }
    if app.level.value == Level::Baseline {
        // baseline leaves egress open, but for the metadata service, which hands out the node's credentials
        rules.push(PolicyRule { peers: everything_but_metadata(), ports: Vec::new() });
    }
    rules
}

fn egress_rule(to: &To) -> PolicyRule {
    let port = match &to.port.value {
        PortRef::Number(number) => PortText::Number(*number),
        PortRef::Named(name) => PortText::Name(name.to_string()),
    };
    let ports = vec![PolicyPort { protocol: to.protocol.as_str(), port }];
    let peers = match &to.peer {
        Called::App(called, place) => vec![pods_of(called, place)],
        Called::Namespace(namespace) => vec![in_namespace(namespace.to_string())],
        Called::Cidr(cidr) => vec![Peer { cidr: Some(cidr.to_string()), ..Peer::default() }],
        Called::Internet(_) => internet(),
    };
    PolicyRule { peers, ports }
}

fn internet() -> Vec<Peer> {
    let peer = |(all, except): (&str, &'static [&'static str])| Peer {
        cidr: Some(all.to_owned()),
        except: except.to_vec(),
        ..Peer::default()
    };
    public_ranges().into_iter().map(peer).collect()
}

fn everything_but_metadata() -> Vec<Peer> {
    let all = |(all, service): (&str, &'static str)| Peer {
        cidr: Some(all.to_owned()),
        except: vec![service],
        ..Peer::default()
    };
    ["0.0.0.0/0", "::/0"].into_iter().zip(METADATA).map(all).collect()
}

fn pods_of(app: &str, place: &InSpace) -> Peer {
    let labels = vec![Pair::new("app.kubernetes.io/name", app)];
    Peer { namespace: place.space.as_ref().map(|space| space.to_string()), labels, ..Peer::default() }
}

fn in_namespace(namespace: String) -> Peer {
    Peer { namespace: Some(namespace), ..Peer::default() }
}

fn own_port(port: &Port) -> PolicyPort {
    PolicyPort { protocol: port.protocol.as_str(), port: PortText::Number(port.port.0) }
}

/// The port that a route leads to.
pub(super) fn called<'a>(app: &'a App, route: &Route) -> Option<&'a Port> {
    match &route.port {
        Some(port) => find_port(&port.value, app.offered_ports()),
        None => app.offered_ports().next(),
    }
}
