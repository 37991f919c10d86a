//! Deleting a cluster, and whatever was kept of it.

use super::{ClusterDir, ClusterError, containers, kind};

/// What was there to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// The cluster and its folder.
    Cluster,
    /// Only a folder: the cluster was gone already.
    Folder,
    Nothing,
}

/// Deletes a cluster that we made, and its folder.
pub fn delete(home: &ClusterDir) -> Result<Deleted, ClusterError> {
    containers::check()?;
    let nodes = nodes(home)?;
    let folder = home.remove()?;
    Ok(match (nodes, folder) {
        (true, _) => Deleted::Cluster,
        (false, true) => Deleted::Folder,
        (false, false) => Deleted::Nothing,
    })
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
