//! What this machine knows of a cluster, whatever is written down about it.

use super::{ClusterDir, ClusterError, containers};

/// A control-plane node as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPlane {
    /// The container.
    pub node: String,
    /// The URL at which this machine reaches its API server.
    pub server: String,
    /// The image that it was made from.
    pub image: String,
}

/// The control plane of a cluster that was made with its files in this folder; none if it is gone.
pub fn made(home: &ClusterDir) -> Result<Option<ControlPlane>, ClusterError> {
    let nodes = containers::nodes(home.name())?;
    if !nodes.is_empty() && !home.owns(&nodes) {
        return Err(ClusterError::Foreign(home.name().to_owned()));
    }
    Ok(control_plane(nodes))
}

/// The control plane of any kind cluster.
pub fn of_kind(name: &str) -> Result<Option<ControlPlane>, ClusterError> {
    Ok(control_plane(containers::nodes(name)?))
}

fn control_plane(nodes: Vec<containers::Container>) -> Option<ControlPlane> {
    let node = nodes.into_iter().find(|node| node.role == "control-plane")?;
    Some(ControlPlane { node: node.name, server: node.server?, image: node.image })
}
