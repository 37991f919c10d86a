//! Which pods need probes.

use crate::k8s::object::Kind;
use crate::k8s::pod::{Container, Role};
use crate::rules::sink::PodContext;

/// The containers that run for as long as the pod does, in pods that are meant to run for ever.
pub(super) fn lasting<'c, 'd, 's>(
    context: &PodContext<'c, 'd, 's>,
) -> impl Iterator<Item = &'c Container<'d, 's>> + use<'c, 'd, 's> {
    let lasts = matches!(
        context.object.kind,
        Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet | Kind::ReplicaSet | Kind::ReplicationController
    );
    let containers = if lasts { context.pod.containers.iter() } else { [].iter() };
    containers.filter(|container| container.role == Role::Main)
}
