//! Where a dial goes. It is found out here and not by the pod that dials, whose name server may be out of its reach.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::sync::Arc;

use serde_json::Value;

use super::objects::{self, items, number, text};
use super::pods;
use crate::client::kinds::Resource;
use crate::client::url;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{Connect, To};
use crate::lab::course::values::{Labels, Protocol};
use crate::lab::probe_pods;
use crate::lab::verdict::CheckResult;

/// The port of name servers.
const DNS: u32 = 53;
/// A port that nobody is asked on.
const DISCARD: u16 = 9;

/// Where a dial goes.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    pub(super) address: String,
    pub(super) port: u32,
    /// How people call it.
    pub(super) name: String,
    /// What is there for the dial alone.
    made: Made,
}

/// What is made for a dial.
#[derive(Debug, Clone, Default)]
enum Made {
    #[default]
    Nothing,
    /// A pod.
    Pod,
    /// A port of this machine, which is closed when nobody looks at it any more.
    Port(Arc<TcpListener>),
}

impl Destination {
    fn of(address: impl Into<String>, port: u32, name: impl Into<String>) -> Self {
        Self { address: address.into(), port, name: name.into(), made: Made::Nothing }
    }

    /// Whether it is there for the dial alone.
    pub(super) fn is_made_here(&self) -> bool {
        !matches!(self.made, Made::Nothing)
    }

    /// Whether it is this machine.
    pub(super) fn is_machine(&self) -> bool {
        matches!(&self.made, Made::Port(listener) if listener.local_addr().is_ok())
    }
}

/// Finds out where; `Err` if nobody can be there.
pub(super) fn resolve(spec: &Connect, context: &CheckContext<'_>) -> Result<Destination, CheckResult> {
    let port = spec.port.map(|port| port.0).or((spec.proto == Protocol::Dns).then_some(DNS));
    match &spec.to {
        Some(to) => one(to, port, spec.proto, context),
        None if spec.proto == Protocol::Dns => name_server(context, port.unwrap_or(DNS)),
        None => Err(CheckResult::error("the check needs a destination: service, workload, ip or host")),
    }
}

fn one(to: &To, port: Option<u32>, proto: Protocol, context: &CheckContext<'_>) -> Result<Destination, CheckResult> {
    let the_port = || port.ok_or_else(|| CheckResult::error("the destination needs a port"));
    match to {
        To::Service(name, within) => service(context, objects::namespace(context, &within.ns)?, name, port, proto),
        To::Workload(workload, within) => {
            let found = pods::current(context, &within.ns, workload)?;
            let running = found.iter().find(|pod| text(pod, "/status/phase") == "Running");
            let pod = running.ok_or_else(|| {
                let trouble = found.first().and_then(pods::trouble).unwrap_or_else(|| "it has no pod".to_owned());
                CheckResult::nothing(format!("{} does not run: {trouble}", &**workload))
            })?;
            let (address, port) = (text(pod, "/status/podIP").to_owned(), the_port()?);
            Ok(Destination::of(address, port, format!("pod {}:{port}", text(pod, "/metadata/name"))))
        }
        To::Ip(address) | To::Host(address) => {
            let port = the_port()?;
            Ok(Destination::of(address.clone(), port, format!("{address}:{port}")))
        }
        To::NewNamespace(_, with) => new_namespace(&with.labels, port.unwrap_or(probe_pods::PORT), context),
        To::Outside(_) => outside(context),
    }
}

/// A pod in a namespace that nobody can have named.
fn new_namespace(labels: &Labels, port: u32, context: &CheckContext<'_>) -> Result<Destination, CheckResult> {
    let namespace = context.probes.new_namespace()?;
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let pod = context.probes.pod(&namespace, &labels)?;
    let path = format!("/api/v1/namespaces/{namespace}/pods/{}", pod.name);
    let found = objects::get(context, &path)?.unwrap_or_default();
    let address = text(&found, "/status/podIP");
    if address.is_empty() {
        return Err(CheckResult::error(format!("the pod {} of tightship has no address", pod.name)));
    }
    let with = if labels.is_empty() { String::new() } else { format!(" with {}", labels.join(",")) };
    let at = if port == probe_pods::PORT { String::new() } else { format!("port {port} of ") };
    let name = format!("{at}a pod{with} of a namespace that was made just now");
    let made = Destination::of(address, port, name);
    Ok(Destination { made: Made::Pod, ..made })
}

/// A port of this machine, at the address by which it reaches the nodes.
fn outside(context: &CheckContext<'_>) -> Result<Destination, CheckResult> {
    let kind = objects::kind(context, None, "Node")?;
    let nodes = objects::list(context, &kind, None, None)?;
    let mut addresses = nodes.iter().flat_map(|node| items(node, "/status/addresses"));
    let node =
        addresses.find(|address| text(address, "/type") == "InternalIP").map(|address| text(address, "/address"));
    let node = node.ok_or_else(|| CheckResult::error("no node of the cluster has an address"))?;
    let listen = || {
        let any: IpAddr = if node.contains(':') { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        let route = UdpSocket::bind((any, 0))?;
        // this only finds the way, and sends nothing
        route.connect((node, DISCARD))?;
        let own = route.local_addr()?.ip();
        let listener = TcpListener::bind((own, 0))?;
        Ok((listener.local_addr()?, listener))
    };
    let cannot = |error: io::Error| CheckResult::error(format!("no port of this machine can be opened: {error}"));
    let (address, listener) = listen().map_err(cannot)?;
    let name = format!("{address}, which is outside of the cluster,");
    let made = Destination::of(address.ip().to_string(), address.port().into(), name);
    Ok(Destination { made: Made::Port(Arc::new(listener)), ..made })
}

/// The one that pods are told to ask.
fn name_server(context: &CheckContext<'_>, port: u32) -> Result<Destination, CheckResult> {
    let found = objects::get(context, "/api/v1/namespaces/kube-system/services/kube-dns")?;
    let service = found.ok_or_else(|| CheckResult::error("the cluster has no name server"))?;
    let address = text(&service, "/spec/clusterIP").to_owned();
    Ok(Destination::of(address, port, "the name server"))
}

fn service(
    context: &CheckContext<'_>,
    namespace: &str,
    name: &str,
    port: Option<u32>,
    proto: Protocol,
) -> Result<Destination, CheckResult> {
    let path = format!("/api/v1/namespaces/{namespace}/services/{}", url::segment(name));
    let Some(service) = objects::get(context, &path)? else {
        return Err(CheckResult::nothing(format!("there is no service {name} in {namespace}")));
    };
    let protocol = if proto == Protocol::Tcp { "TCP" } else { "UDP" };
    let ports: Vec<u64> = items(&service, "/spec/ports")
        .iter()
        .filter(|port| {
            matches!(text(port, "/protocol"), "") && protocol == "TCP" || text(port, "/protocol") == protocol
        })
        .map(|port| number(port, "/port"))
        .collect();
    let port = match (port, ports.as_slice()) {
        (Some(port), _) => port,
        (None, [only]) => u32::try_from(*only).unwrap_or_default(),
        (None, _) => return Err(CheckResult::error(format!("the service {name} needs a port"))),
    };
    if !ports.contains(&u64::from(port)) {
        return Err(CheckResult::nothing(format!("the service {name} has no port {port} for {protocol}")));
    }
    let backends = ready(context, namespace, name)?;
    let Some(backend) = backends.first() else {
        return Err(CheckResult::nothing(format!("nobody listens at the service {name}: none of its pods is ready")));
    };
    let address = match text(&service, "/spec/clusterIP") {
        // such a service is nothing but a name for its pods
        "" | "None" => backend.clone(),
        address => address.to_owned(),
    };
    Ok(Destination::of(address, port, format!("service {name}:{port}")))
}

/// The addresses of the pods that are ready.
fn ready(context: &CheckContext<'_>, namespace: &str, service: &str) -> Result<Vec<String>, CheckResult> {
    let kind = Resource {
        api_version: "discovery.k8s.io/v1".to_owned(),
        kind: "EndpointSlice".to_owned(),
        plural: "endpointslices".to_owned(),
        namespaced: true,
    };
    let selector = format!("kubernetes.io/service-name={service}");
    let slices = objects::list(context, &kind, Some(namespace), Some(&selector))?;
    let endpoints = slices.iter().flat_map(|slice| items(slice, "/endpoints"));
    let ready = endpoints.filter(|endpoint| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false)));
    let addresses = ready.flat_map(|endpoint| items(endpoint, "/addresses")).filter_map(Value::as_str);
    Ok(addresses.map(str::to_owned).collect())
}
