//! Where a dial goes. It is found out here and not by the pod that dials, whose name server may be out of its reach.

use serde_json::Value;

use super::objects::{self, items, number, text};
use super::pods;
use crate::client::kinds::Resource;
use crate::client::url;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{Connect, To};
use crate::lab::course::values::Protocol;
use crate::lab::verdict::CheckResult;

/// The port of name servers.
const DNS: u32 = 53;

/// Where a dial goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) address: String,
    pub(super) port: u32,
    /// How people call it.
    pub(super) name: String,
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
            Ok(Destination { name: format!("pod {}:{port}", text(pod, "/metadata/name")), address, port })
        }
        To::Ip(address) | To::Host(address) => {
            let port = the_port()?;
            Ok(Destination { name: format!("{address}:{port}"), address: address.clone(), port })
        }
    }
}

/// The one that pods are told to ask.
fn name_server(context: &CheckContext<'_>, port: u32) -> Result<Destination, CheckResult> {
    let found = objects::get(context, "/api/v1/namespaces/kube-system/services/kube-dns")?;
    let service = found.ok_or_else(|| CheckResult::error("the cluster has no name server"))?;
    let address = text(&service, "/spec/clusterIP").to_owned();
    Ok(Destination { address, port, name: "the name server".to_owned() })
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
    Ok(Destination { address, port, name: format!("service {name}:{port}") })
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
