//! `pkg/apis/core/validation`.

mod affinity;
mod config_map;
mod container;
mod context;
mod endpoints;
mod env;
mod limit_range;
mod persistent_volume;
mod persistent_volume_claim;
mod pod;
mod pod_os;
mod probe;
mod projected;
mod replication_controller;
mod resource_quota;
mod resources;
mod scheduling;
mod secret;
mod security;
mod service;
mod template;
mod volume;

pub(super) use persistent_volume_claim::validate_persistent_volume_claim_spec;
pub(super) use resources::container_resource;
pub(super) use scheduling::validate_tolerations;
pub(super) use template::{Template, validate_pod_template_spec};

use super::{At, Errors};
use crate::k8s::object::{Kind, Object};

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    match object.kind {
        Kind::Pod => pod::validate_pod_create(root, errors),
        Kind::PodTemplate => {
            if let Some(template) = root.get("template") {
                validate_pod_template_spec(template, Template::default(), errors);
            }
        }
        Kind::ReplicationController => replication_controller::validate_replication_controller(root, errors),
        Kind::Service => service::validate_service(root, errors),
        Kind::ConfigMap => config_map::validate_config_map(root, errors),
        Kind::Secret => secret::validate_secret(root, errors),
        Kind::ResourceQuota => resource_quota::validate_resource_quota_spec(root, errors),
        Kind::LimitRange => limit_range::validate_limit_range(root, errors),
        Kind::PersistentVolume => persistent_volume::validate_persistent_volume(root, errors),
        _ if object.kind_name == "Endpoints" => endpoints::validate_endpoints(root, errors),
        _ if object.kind_name == "PersistentVolumeClaim" => {
            if let Some(spec) = root.get("spec") {
                validate_persistent_volume_claim_spec(spec, errors);
            }
        }
        _ => {}
    }
}
