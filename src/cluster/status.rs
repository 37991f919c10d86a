//! What a cluster is: its nodes, the flags of its API server, and the ports of each node.

use std::collections::BTreeSet;

use serde_json::Value;

use super::flags::{self, Difference, Running};
use super::ports::{self, Listener};
use super::{ClusterDir, ClusterError, Record, baseline, containers, objects, ready};

/// Prints the arguments of the API server, each on a line.
const ARGUMENTS: &str = r#"for process in /proc/[0-9]*; do
  case $(readlink "$process/exe") in
    */kube-apiserver) tr '\0' '\n' <"$process/cmdline"; break ;;
  esac
done"#;

/// What a cluster is.
#[derive(Debug)]
pub struct Status {
    /// What was written down when it was made.
    pub record: Record,
    /// Its nodes, control planes first.
    pub nodes: Vec<Node>,
    /// The flags of the API server; none if it does not run.
    pub flags: Option<Vec<Running>>,
    /// Those that are not as the baseline has them.
    pub differences: Vec<Difference>,
    /// Certificates of kubelets that wait for somebody to approve them: until then logs and exec do not work.
    pub pending: Vec<String>,
}

#[derive(Debug)]
pub struct Node {
    pub name: String,
    /// What it is for.
    pub role: String,
    /// `ready`, `not ready`, `unknown`, or that its container does not run.
    pub state: String,
    /// The version of its kubelet, if the API server says.
    pub version: Option<String>,
    /// The ports that it listens on.
    pub ports: Vec<Listener>,
}

impl Status {
    /// Whether a hardened cluster is not as it was made.
    pub fn has_drift(&self) -> bool {
        let mut ports = self.nodes.iter().flat_map(|node| &node.ports);
        let differs = self.flags.is_none() || !self.differences.is_empty();
        self.record.hardened && (differs || ports.any(|port| port.verdict().wrong.is_some()))
    }
}

/// Looks at a cluster that we made.
pub fn status(home: &ClusterDir) -> Result<Status, ClusterError> {
    containers::check()?;
    let containers = containers::nodes(home.name())?;
    if containers.is_empty() {
        return Err(match home.record()? {
            Some(_) => ClusterError::LeftOver { folder: home.folder().to_owned(), name: home.name().to_owned() },
            None => ClusterError::Missing(home.name().to_owned()),
        });
    }
    let record = home.record()?.filter(|_| home.owns(&containers));
    let record = record.ok_or_else(|| ClusterError::Foreign(home.name().to_owned()))?;
    let names: BTreeSet<&str> = containers.iter().map(|node| node.name.as_str()).collect();
    let control = containers.iter().find(|node| node.role == "control-plane" && node.state == "running");
    let control = control.map(|node| node.name.as_str());
    let listed = control.and_then(|control| objects::json(control, &["get", "nodes"]).ok());
    let nodes: Vec<Node> = containers.iter().map(|container| node(container, listed.as_ref())).collect();
    let flags = control.and_then(|control| arguments(control).ok()).filter(|flags| !flags.is_empty());
    let differences = match (&flags, baseline(&record)?) {
        (Some(flags), Some(baseline)) => flags::differences(flags, &baseline),
        _ => Vec::new(),
    };
    let pending = control.and_then(|control| ready::pending(control, &names).ok()).unwrap_or_default();
    Ok(Status { record, nodes, flags, differences, pending })
}

fn node(container: &containers::Container, listed: Option<&Value>) -> Node {
    let found = listed.and_then(|list| objects::items(list).find(|node| objects::name(node) == Some(&container.name)));
    let runs = container.state == "running";
    let state = match found {
        _ if !runs => container.state.as_str(),
        Some(node) if ready::is_ready(node) => "ready",
        Some(_) => "not ready",
        None => "unknown",
    };
    let version = found.and_then(|node| objects::text(node, "/status/nodeInfo/kubeletVersion"));
    let ports = runs.then(|| containers::exec(&container.name, &["sh", "-c", ports::SCRIPT]).ok()).flatten();
    Node {
        name: container.name.clone(),
        role: container.role.clone(),
        state: state.to_owned(),
        version: version.map(str::to_owned),
        ports: ports.map(|text| ports::listening(&text)).unwrap_or_default(),
    }
}

fn arguments(node: &str) -> Result<Vec<Running>, ClusterError> {
    let text = containers::exec(node, &["sh", "-c", ARGUMENTS])?;
    Ok(flags::running(text.lines()))
}
