//! Deleting a cluster, and whatever was kept of it.

use camino::Utf8PathBuf;

use super::{ClusterDir, ClusterError, containers, kind, remove};

/// What was there to delete.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deleted {
    /// Whether there were nodes.
    pub nodes: bool,
    /// Whether there was a folder of the cluster.
    pub folder: bool,
    /// What somebody else has put there, and what stays.
    pub left: Vec<Utf8PathBuf>,
}

/// Deletes a cluster that we made, and what we have written into its folder.
pub fn delete(home: &ClusterDir) -> Result<Deleted, ClusterError> {
    containers::check()?;
    let nodes = nodes(home)?;
    let left = remove::written(home)?;
    Ok(Deleted { nodes, folder: left.is_some(), left: left.unwrap_or_default() })
}

/// Deletes the nodes of a cluster that we made; says whether there were any.
pub(super) fn nodes(home: &ClusterDir) -> Result<bool, ClusterError> {
    let nodes = containers::nodes(home.name())?;
    if nodes.is_empty() {
        return Ok(false);
    }
    if !home.owns(&nodes) {
        return Err(ClusterError::Foreign(home.name().to_owned()));
    }
    kind::check(None)?;
    kind::delete(home)?;
    Ok(true)
}
