//! `pkg/apis/apps/validation`.

mod daemon_set;
mod deployment;
mod replica_set;
mod selector;
mod stateful_set;

use super::{At, Errors};
use crate::k8s::object::{Kind, Object};

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.get("spec") else { return };
    match object.kind {
        Kind::Deployment => deployment::validate_deployment_spec(spec, errors),
        Kind::ReplicaSet => replica_set::validate_replica_set_spec(spec, errors),
        Kind::DaemonSet => daemon_set::validate_daemon_set_spec(spec, errors),
        Kind::StatefulSet => stateful_set::validate_stateful_set_spec(spec, errors),
        _ => {}
    }
}
