//! Waiting until a cluster works: its nodes are ready, its kubelets have certificates, and pods get names and an account.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::objects::{has_condition, items, json, list_at, name, text};
use super::{ClusterDir, ClusterError, Progress, Record, containers, programs};

/// How long all of it may take, after kind is done.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often it is asked.
const INTERVAL: Duration = Duration::from_secs(1);

/// Who signs the certificates with which kubelets serve.
const SERVING: &str = "kubernetes.io/kubelet-serving";
/// What such a certificate may be for.
const USAGES: [&str; 3] = ["digital signature", "key encipherment", "server auth"];

/// Waits until the cluster works.
pub(super) fn wait(
    home: &ClusterDir,
    record: &Record,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<(), ClusterError> {
    let also = if record.hardened { "approve the kubelets' certificates, and " } else { "" };
    progress.step(&format!("{also}wait until all is ready"));
    let nodes = containers::nodes(home.name())?;
    let names: BTreeSet<&str> =
        nodes.iter().filter(|node| node.role != "external-load-balancer").map(|node| node.name.as_str()).collect();
    let Some(control) = nodes.iter().find(|node| node.role == "control-plane") else {
        return Err(ClusterError::Missing(home.name().to_owned()));
    };
    let until = Instant::now() + PATIENCE;
    loop {
        if record.hardened {
            approve(&control.name, &names)?;
        }
        let Some(missing) = missing(&control.name, &names) else { return Ok(()) };
        if Instant::now() >= until {
            return Err(ClusterError::NotReady { seconds: PATIENCE.as_secs(), missing });
        }
        programs::pause(stop, INTERVAL)?;
    }
}

/// Approves what the kubelets of these nodes ask for. Nothing else runs in the cluster yet, so that a request under the name of
/// a node is the node's own.
fn approve(control: &str, nodes: &BTreeSet<&str>) -> Result<(), ClusterError> {
    let pending: Vec<String> = pending(control, nodes)?;
    if pending.is_empty() {
        return Ok(());
    }
    let args = ["certificate", "approve"].into_iter().chain(pending.iter().map(String::as_str));
    containers::kubectl(control, &args.collect::<Vec<_>>()).map(drop)
}

/// The names of requests for serving certificates of these nodes that nobody has decided.
pub(super) fn pending(control: &str, nodes: &BTreeSet<&str>) -> Result<Vec<String>, ClusterError> {
    let list = json(control, &["get", "certificatesigningrequests"])?;
    let ours = |request: &&Value| {
        let node = text(request, "/spec/username").and_then(|user| user.strip_prefix("system:node:"));
        text(request, "/spec/signerName") == Some(SERVING)
            && node.is_some_and(|node| nodes.contains(node))
            && list_at(request, "/spec/usages").all(|usage| usage.as_str().is_some_and(|usage| USAGES.contains(&usage)))
            && request.pointer("/status/conditions").is_none()
    };
    let found = items(&list).filter(ours).filter_map(name);
    Ok(found.map(str::to_owned).collect())
}

/// What the cluster still lacks; nothing if it works.
fn missing(control: &str, nodes: &BTreeSet<&str>) -> Option<String> {
    let list = match json(control, &["get", "nodes"]) {
        Ok(list) => list,
        Err(error) => return Some(error.to_string()),
    };
    for node in nodes {
        if !items(&list).find(|found| name(found) == Some(node)).is_some_and(is_ready) {
            return Some(format!("the node {node} is not ready"));
        }
        // through the API server, as logs and exec go: this needs a certificate that it believes
        if containers::kubectl(control, &["get", "--raw", &format!("/api/v1/nodes/{node}/proxy/healthz")]).is_err() {
            return Some(format!("the API server does not reach the kubelet of {node}"));
        }
    }
    let list = match json(control, &["--namespace=kube-system", "get", "deployments"]) {
        Ok(list) => list,
        Err(error) => return Some(error.to_string()),
    };
    let late = items(&list).find(|deployment| !is_available(deployment));
    if let Some(name) = late.and_then(name) {
        return Some(format!("the deployment kube-system/{name} is not available"));
    }
    let account = containers::kubectl(control, &["--namespace=default", "get", "serviceaccount", "default"]);
    account.is_err().then(|| "the namespace default has no service account yet".to_owned())
}

/// Whether a node says that it is ready.
pub(super) fn is_ready(node: &Value) -> bool {
    has_condition(node, "Ready")
}

fn is_available(deployment: &Value) -> bool {
    has_condition(deployment, "Available")
}
