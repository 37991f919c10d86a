//! What an object may not change once the API server has it, after the `Validate…Update` functions of `pkg/apis/*/validation` and
//! the strategies of `pkg/registry/*`: one file for each group with many such kinds, and a table for those that only name fields.
//!
//! Both objects are what a manifest says, not what a cluster holds. Where the answer depends on what a controller or the API
//! server wrote into the object since (an address, a bound volume, a Job that has started), a change counts as taken.

mod apps;
mod batch;
mod change;
mod core;
mod custom_resource_definition;
mod pod;
mod same;
mod service;
mod storage;
mod table;

pub use change::Change;

use change::{Changes, Pair};

use super::At;
use crate::k8s::object::Object;
use crate::k8s::resources::group_of;
use crate::k8s::version::Version;

/// What the API server of a release would not take of the change from one object to another of the same kind and name.
pub fn validate_update<'d, 's>(old: &Object<'_, '_>, new: &Object<'d, 's>, version: Version) -> Vec<Change<'d, 's>> {
    let pair = Pair { old: At::item(old.root), new: At::item(new.root) };
    let mut changes = Changes::new(version);
    match (group_of(new.api_version), new.kind_name) {
        ("apps", kind) => apps::validate(kind, pair, &mut changes),
        ("batch", "Job") => batch::validate_job_update(pair, &mut changes),
        ("", "Pod") => pod::validate_pod_update(pair, &mut changes),
        ("", "Service") => service::validate_service_update(pair, &mut changes),
        ("", kind) => core::validate(kind, pair, &mut changes),
        ("storage.k8s.io", "CSINode") => storage::validate_csi_node_update(pair, &mut changes),
        ("networking.k8s.io", "ServiceCIDR") => storage::validate_service_cidr_update(pair, &mut changes),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            custom_resource_definition::validate_update(pair, &mut changes);
        }
        (group, kind) => table::validate(group, kind, pair, &mut changes),
    }
    changes.found
}
