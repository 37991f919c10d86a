//! Images on the nodes of a cluster.

use std::sync::atomic::AtomicBool;

use super::{ClusterDir, ClusterError, Progress, containers, kind};

/// Sees to it that a node of a cluster has an image, so that its pods need to pull nothing.
pub fn load(
    home: &ClusterDir,
    node: &str,
    image: &str,
    progress: &mut dyn Progress,
    stop: &AtomicBool,
) -> Result<(), ClusterError> {
    if is_on(node, image)? {
        return Ok(());
    }
    containers::ensure_image(image, progress, stop)?;
    progress.step(&format!("load {image}"));
    kind::load(home, image)
}

/// Whether Docker has an image on this machine.
pub fn is_here(image: &str) -> bool {
    containers::has_image(image)
}

/// Whether a node has an image.
pub fn is_on(node: &str, image: &str) -> Result<bool, ClusterError> {
    let listed = containers::exec(node, &["ctr", "--namespace", "k8s.io", "images", "list", "--quiet"])?;
    let (with_registry, official) = (format!("/{image}"), format!("docker.io/library/{image}"));
    Ok(listed
        .lines()
        .any(|line| line == image || line == official || (image.contains('/') && line.ends_with(&with_registry))))
}
