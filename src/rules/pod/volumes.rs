//! The volumes of a pod that are folders of its node, and where they are mounted.

use crate::k8s::pod::{Container, Field, Pod};
use crate::yaml::Node;

/// A volume that is a path of the node.
#[derive(Debug, Clone, Copy)]
pub(super) struct HostPath<'d, 's> {
    pub(super) name: &'d str,
    /// The field `path`.
    pub(super) field: Field<'d, 's>,
    /// The path as written.
    pub(super) path: &'d str,
}

/// The volumes that are paths of the node.
pub(super) fn host_paths<'d, 's>(pod: &Pod<'d, 's>) -> impl Iterator<Item = HostPath<'d, 's>> + use<'d, 's> {
    let volumes = pod.fields.volumes.into_iter().flat_map(|volumes| volumes.value.items());
    volumes.filter_map(|volume| {
        let field = Field::of(Field::of(volume, "hostPath")?.value, "path")?;
        let path = field.value.as_str()?;
        Some(HostPath { name: name(volume), field, path })
    })
}

/// The mounts of the containers, each with its container.
pub(super) fn mounts<'p, 'd, 's>(
    pod: &'p Pod<'d, 's>,
) -> impl Iterator<Item = (&'p Container<'d, 's>, Node<'d, 's>)> + use<'p, 'd, 's> {
    let all = |container: &'p Container<'d, 's>| {
        let mounts = container.fields.volume_mounts.into_iter().flat_map(|mounts| mounts.value.items());
        mounts.map(move |mount| (container, mount))
    };
    pod.containers.iter().flat_map(all)
}

/// The name of a volume, or of the volume that is mounted.
pub(super) fn name<'d>(node: Node<'d, '_>) -> &'d str {
    node.get("name").and_then(Node::as_str).unwrap_or_default()
}
