//! What the API server asks of several fields together, after `pkg/apis/*/validation` of `k8s.io/kubernetes`: one file for
//! each group and kind, and in it functions of upstream's names, so that who knows `ValidatePodSpec` finds their way.
//!
//! What a field holds by itself (its type, its range, whether it may be absent) is in the table of fields, which
//! [`super::schema`] walks over. Nothing of that is said here again. Where a value has another type than its field, these
//! functions read it as absent.

mod admissionregistration;
mod apiextensions;
mod apps;
mod at;
mod autoscaling;
mod batch;
mod coordination;
mod core;
mod discovery;
mod errors;
mod flowcontrol;
pub(crate) mod format;
mod meta;
mod networking;
mod node;
mod policy;
mod rbac;
mod resource;
mod scheduling;
mod seen;
mod storage;
mod update;

pub use at::At;
pub use errors::{Errors, Violation, Wrong};
pub use update::{Change, validate_update};

pub(crate) use seen::Seen;

use super::object::Object;
use super::resources::group_of;
use super::version::Version;

/// What the API server of a release would refuse in an object between its fields. The kind must be one that the release
/// serves in the object's API version.
pub fn validate<'d, 's>(object: &Object<'d, 's>, version: Version) -> Vec<Violation<'d, 's>> {
    let mut errors = Errors::new(version);
    let root = At::item(object.root);
    match group_of(object.api_version) {
        "" => core::validate(object, root, &mut errors),
        "apps" => apps::validate(object, root, &mut errors),
        "batch" => batch::validate(object, root, &mut errors),
        "autoscaling" => autoscaling::validate(object, root, &mut errors),
        "networking.k8s.io" => networking::validate(object, root, &mut errors),
        "rbac.authorization.k8s.io" => rbac::validate(object, root, &mut errors),
        "policy" => policy::validate(object, root, &mut errors),
        "scheduling.k8s.io" => scheduling::validate(object, root, &mut errors),
        "storage.k8s.io" => storage::validate(object, root, &mut errors),
        "admissionregistration.k8s.io" => admissionregistration::validate(object, root, &mut errors),
        "coordination.k8s.io" => coordination::validate(object, root, &mut errors),
        "discovery.k8s.io" => discovery::validate(object, root, &mut errors),
        "flowcontrol.apiserver.k8s.io" => flowcontrol::validate(object, root, &mut errors),
        "node.k8s.io" => node::validate(object, root, &mut errors),
        "resource.k8s.io" => resource::validate(object, root, &mut errors),
        "apiextensions.k8s.io" => apiextensions::validate(object, root, &mut errors),
        _ => {}
    }
    errors.into_violations()
}
