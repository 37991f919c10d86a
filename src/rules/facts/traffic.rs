//! Pods, and what decides on their traffic.

use std::borrow::Cow;
use std::collections::HashSet;

use super::labels::{Labels, Selector};
use super::peers::TrafficRule;
use super::reference::ObjectRef;
use super::word::Word;
use crate::k8s::network_policy::{self, Direction};
use crate::k8s::object::Object;
use crate::k8s::pod::{Field, head};
use crate::yaml::{Node, Span};

/// An object that is or makes pods.
#[derive(Debug)]
pub struct Pods {
    pub object: ObjectRef,
    /// The labels of the pods.
    pub labels: Labels,
    /// Whether they use the network of their node, where no policy holds.
    pub host_network: bool,
}

impl Pods {
    pub(super) fn of(object: &Object<'_, '_>, reference: impl FnOnce() -> ObjectRef) -> Option<Self> {
        let path = object.kind.pod_path()?;
        let spec = object.root.path(path.spec)?;
        let labels = object.root.path(path.metadata).and_then(|metadata| metadata.get("labels"));
        Some(Self {
            object: reference(),
            labels: labels.map(Labels::of).unwrap_or_default(),
            host_network: spec.get("hostNetwork").and_then(Node::as_bool) == Some(true),
        })
    }
}

#[derive(Debug)]
pub struct NetworkPolicy {
    pub object: ObjectRef,
    /// The pods that it selects.
    pub selector: Selector,
    /// Where that is written, or belongs.
    pub selector_span: Span,
    /// Whether it closes ingress.
    pub ingress: bool,
    /// Whether it closes egress.
    pub egress: bool,
    /// Whether it lets questions to a DNS server out.
    pub dns: bool,
    /// What it lets pass.
    pub rules: Box<[TrafficRule]>,
}

impl NetworkPolicy {
    pub(super) fn of(object: &Object<'_, '_>, reference: impl FnOnce() -> ObjectRef) -> Option<Self> {
        let policy = network_policy::NetworkPolicy::of(object)?;
        let egress = policy.isolates(Direction::Egress);
        Some(Self {
            object: reference(),
            selector: policy.selector.map(|field| Selector::of(field.value)).unwrap_or_default(),
            selector_span: policy.selector.map_or_else(|| head(policy.spec), Field::span),
            ingress: policy.isolates(Direction::Ingress),
            egress,
            dns: egress && policy.rules(Direction::Egress).any(network_policy::allows_dns),
            rules: TrafficRule::all(policy),
        })
    }
}

/// Policies of a network plugin, of which nothing is known but where they hold.
#[derive(Debug)]
pub struct ForeignPolicy {
    /// Their namespace; `None` for the whole cluster.
    pub namespace: Option<Box<str>>,
}

impl ForeignPolicy {
    pub(super) fn of(object: &Object<'_, '_>) -> Option<Self> {
        const GROUPS: [&str; 5] =
            ["cilium.io", "crd.antrea.io", "crd.projectcalico.org", "policy.networking.k8s.io", "projectcalico.org"];
        const WIDE: [&str; 5] = ["Admin", "Baseline", "CiliumClusterwide", "Cluster", "Global"];
        if !object.kind_name.ends_with("NetworkPolicy") {
            return None;
        }
        let group = object.api_version.split_once('/').map_or("", |(group, _)| group);
        let is_wide = WIDE.iter().any(|word| object.kind_name.starts_with(word));
        GROUPS.contains(&group).then(|| Self { namespace: object.namespace().filter(|_| !is_wide).map(Into::into) })
    }
}

/// A Service that selects pods.
#[derive(Debug)]
pub struct Service {
    pub object: ObjectRef,
    /// The labels of the pods.
    pub selector: Labels,
    /// Where that is written.
    pub selector_span: Span,
    /// Whether it is reached from outside of the cluster: a node port or a load balancer.
    pub is_outside: bool,
}

impl Service {
    pub(super) fn of(object: &Object<'_, '_>, reference: impl FnOnce() -> ObjectRef) -> Option<Self> {
        let spec = object.root.get("spec")?;
        let selector = Field::of(spec, "selector")?;
        let labels = Labels::of(selector.value);
        let is_outside = matches!(spec.get("type").and_then(Node::as_str), Some("NodePort" | "LoadBalancer"));
        let selector_span = selector.span();
        (!labels.is_empty()).then(|| Self { object: reference(), selector: labels, selector_span, is_outside })
    }
}

#[derive(Debug)]
pub struct Gateway {
    pub object: ObjectRef,
    pub listeners: Box<[Listener]>,
}

/// Where a Gateway listens.
#[derive(Debug)]
pub struct Listener {
    pub name: Word,
    /// Its protocol, where it is one without encryption.
    pub plain: Option<Word>,
}

impl Gateway {
    pub(super) fn new(object: &Object<'_, '_>, reference: ObjectRef) -> Self {
        let listeners = object.root.path(&["spec", "listeners"]).into_iter().flat_map(Node::items);
        let listener = |node| {
            let plain = Word::field(node, "protocol").filter(|protocol| &*protocol.text == "HTTP");
            Some(Listener { name: Word::field(node, "name")?, plain })
        };
        Self { object: reference, listeners: listeners.filter_map(listener).collect() }
    }
}

#[derive(Debug)]
pub struct HttpRoute {
    pub object: ObjectRef,
    /// The gateways that it belongs to.
    pub parents: Box<[Parent]>,
    /// Whether each of its rules sends on to another address, as to that with TLS.
    pub redirects: bool,
}

/// The gateway of a route.
#[derive(Debug)]
pub struct Parent {
    /// Its namespace, where it is not that of the route.
    pub namespace: Option<Box<str>>,
    pub name: Word,
    /// The listener, if it is one.
    pub listener: Option<Word>,
}

impl HttpRoute {
    pub(super) fn of(object: &Object<'_, '_>, reference: impl FnOnce() -> ObjectRef) -> Option<Self> {
        let spec = object.root.get("spec")?;
        let is_redirect = |filter: Node<'_, '_>| filter.get("type").and_then(Node::as_str) == Some("RequestRedirect");
        let mut rules = spec.get("rules").into_iter().flat_map(Node::items).peekable();
        let redirects = rules.peek().is_some()
            && rules.all(|rule| rule.get("filters").is_some_and(|filters| filters.items().any(is_redirect)));
        let parents = spec.get("parentRefs").into_iter().flat_map(Node::items).filter_map(Parent::of).collect();
        Some(Self { object: reference(), parents, redirects })
    }
}

impl Parent {
    fn of(node: Node<'_, '_>) -> Option<Self> {
        // a Service may be a parent too, within a mesh
        let is_gateway = node.get("kind").and_then(Node::as_str).is_none_or(|kind| kind == "Gateway");
        let namespace = node.get("namespace").and_then(Node::as_str).map(Into::into);
        let listener = Word::field(node, "sectionName");
        is_gateway.then_some(Self { namespace, name: Word::field(node, "name")?, listener })
    }
}

/// An Ingress with hosts that it serves without TLS.
#[derive(Debug)]
pub struct PlainIngress {
    pub object: ObjectRef,
    /// Where `tls` belongs or is.
    pub span: Span,
    /// The hosts, with the index of their rule.
    pub hosts: Box<[(usize, Word)]>,
}

impl PlainIngress {
    pub(super) fn of(object: &Object<'_, '_>, reference: impl FnOnce() -> ObjectRef) -> Option<Self> {
        let spec = Field::of(object.root, "spec")?;
        if has_certificate(object) {
            return None;
        }
        let rules = spec.value.get("rules").into_iter().flat_map(Node::items).enumerate();
        let hosts = rules.filter_map(|(index, rule)| Some((index, Word::field(rule, "host")?)));
        let Some(tls) = Field::of(spec.value, "tls").filter(|tls| tls.value.items().len() > 0) else {
            return Some(Self { object: reference(), span: spec.key.span(), hosts: hosts.collect() });
        };
        let lists = || tls.value.items().map(|item| item.get("hosts").into_iter().flat_map(Node::items));
        let is_for_all = lists().any(|mut hosts| hosts.find_map(Node::as_str).is_none());
        let known: HashSet<&str> = lists().flatten().filter_map(Node::as_str).collect();
        let covers = |host: &str| is_for_all || covering(host).any(|host| known.contains(&*host));
        let hosts: Box<[_]> = hosts.filter(|(_, host)| !covers(&host.text)).collect();
        (!hosts.is_empty()).then(|| Self { object: reference(), span: tls.key.span(), hosts })
    }
}

/// The hosts of certificates that are good for a host: itself, and `*.example.com` for what is one label below.
fn covering(host: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let wild = host.split_once('.').filter(|(label, _)| !label.is_empty());
    std::iter::once(host.into()).chain(wild.map(|(_, rest)| format!("*.{rest}").into()))
}

/// Whether the load balancer brings its own certificate, which controllers are told by annotations.
fn has_certificate(object: &Object<'_, '_>) -> bool {
    const KEYS: [&str; 6] = [
        "alb.ingress.kubernetes.io/certificate-arn",
        "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
        "ingress.gcp.kubernetes.io/pre-shared-cert",
        "networking.gke.io/managed-certificates",
        "route.openshift.io/termination",
        "traefik.ingress.kubernetes.io/router.tls",
    ];
    KEYS.iter().any(|key| object.annotation(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Pods, covering};

    #[test]
    fn what_is_kept_of_pods_is_small() {
        assert!(size_of::<Pods>() <= 96, "{} bytes for each workload of the input", size_of::<Pods>());
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let good = |host| covering(host).collect::<Vec<_>>();
        assert_eq!(good("a.b.example.com"), ["a.b.example.com", "*.b.example.com"]);
        assert_eq!(good(".example.com"), [".example.com"]);
        assert_eq!(good("localhost"), ["localhost"]);
    }
}
