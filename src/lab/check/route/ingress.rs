//! Requests by Ingresses.

use serde_json::Value;

use super::edge::{Edge, all, classes};
use super::request::{Backend, Goes, Hop, Keys, Labels, Request, best, host_rank, rest_of};
use crate::lab::check::objects::{items, text};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Route;
use crate::lab::verdict::CheckResult;

/// The class as it was written before there was a field.
const ANNOTATION: &str = "/metadata/annotations/kubernetes.io~1ingress.class";

/// How well a rule fits: the host, then the longer path, then the exact one. The default backend comes last.
type Rank = (bool, usize, usize, bool);

/// The Ingresses of a class.
struct Ingresses {
    all: Vec<Value>,
}

/// The edge that the Ingresses of a class make; none if there are none.
pub(super) fn edge(spec: &Route, context: &CheckContext<'_>) -> Result<Option<Box<dyn Edge>>, CheckResult> {
    let classes = classes(context, ("networking.k8s.io/v1", "IngressClass"), "/spec/controller", &spec.class)?;
    let mut found = all(context, "networking.k8s.io/v1", "Ingress")?;
    found.retain(|ingress| {
        let own = text(ingress, "/spec/ingressClassName");
        let class = if own.is_empty() { text(ingress, ANNOTATION) } else { own };
        classes.contains(class)
    });
    Ok(if found.is_empty() { None } else { Some(Box::new(Ingresses { all: found })) })
}

impl Edge for Ingresses {
    fn hops(&self, request: &Request<'_>) -> Vec<Hop> {
        // an edge sends who comes without TLS to the same place with it, where it has a certificate for that
        if let Some(ingress) =
            self.all.iter().find(|ingress| !request.is_tls && !names(ingress, request.host).is_empty())
        {
            return vec![Hop { by: call(ingress), goes: Goes::Elsewhere }];
        }
        best(self.all.iter().flat_map(|ingress| hops_of(ingress, request)).collect())
    }

    fn keys(&self, host: &str) -> Vec<Keys> {
        self.all.iter().flat_map(|ingress| names(ingress, host)).collect()
    }

    fn named(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for ingress in &self.all {
            for rule in items(ingress, "/spec/rules") {
                let paths = items(rule, "/http/paths").iter();
                all.extend(paths.map(|path| (text(rule, "/host").to_owned(), text(path, "/path").to_owned())));
            }
        }
        all
    }
}

/// The Secrets that an Ingress names for a host.
fn names(ingress: &Value, host: &str) -> Vec<Keys> {
    let is_named = |entry: &&Value| {
        let hosts = items(entry, "/hosts").iter().filter_map(Value::as_str);
        hosts.filter(|pattern| !pattern.is_empty()).any(|pattern| host_rank(pattern, host, Labels::One).is_some())
    };
    let keys = |entry: &Value| Keys {
        namespace: text(ingress, "/metadata/namespace").to_owned(),
        name: text(entry, "/secretName").to_owned(),
        refused: None,
    };
    let with_secret = |entry: &&Value| !text(entry, "/secretName").is_empty();
    items(ingress, "/spec/tls").iter().filter(is_named).filter(with_secret).map(keys).collect()
}

fn hops_of(ingress: &Value, request: &Request<'_>) -> Vec<(Rank, Hop)> {
    let mut found = Vec::new();
    for rule in items(ingress, "/spec/rules") {
        let Some(host) = host_rank(text(rule, "/host"), request.host, Labels::One) else { continue };
        for path in items(rule, "/http/paths") {
            let pattern = text(path, "/path");
            let is_exact = text(path, "/pathType") == "Exact";
            let fits = if is_exact { pattern == request.path } else { rest_of(request.path, pattern).is_some() };
            if fits {
                let rank = (true, host, pattern.trim_end_matches('/').len(), is_exact);
                found.push((rank, hop(ingress, path.pointer("/backend"), request)));
            }
        }
    }
    if let Some(backend) = ingress.pointer("/spec/defaultBackend") {
        found.push(((false, 0, 0, false), hop(ingress, Some(backend), request)));
    }
    found
}

fn hop(ingress: &Value, backend: Option<&Value>, request: &Request<'_>) -> Hop {
    let to = backend.and_then(|backend| backend.pointer("/service"));
    let goes = to.map_or_else(
        || Goes::Nowhere("its backend is no Service".to_owned()),
        |service| {
            let port = service.pointer("/port").and_then(|port| port.get("number").or_else(|| port.get("name")));
            Goes::To(Backend {
                namespace: text(ingress, "/metadata/namespace").to_owned(),
                service: text(service, "/name").to_owned(),
                port: port.map(written).unwrap_or_default(),
                path: request.path.to_owned(),
            })
        },
    );
    Hop { by: call(ingress), goes }
}

fn written(port: &Value) -> String {
    port.as_str().map_or_else(|| port.to_string(), str::to_owned)
}

fn call(ingress: &Value) -> String {
    format!("the Ingress {}", text(ingress, "/metadata/name"))
}
