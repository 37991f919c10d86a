//! `pkg/apis/networking/validation`.

mod ingress;
mod ingress_class;
mod network_policy;
mod service_cidr;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.get("spec") else { return };
    match object.kind_name {
        "Ingress" => ingress::validate_ingress(root, spec, errors),
        "IngressClass" => ingress_class::validate_ingress_class_spec(spec, errors),
        "ServiceCIDR" => service_cidr::validate_service_cidr_spec(spec, errors),
        "NetworkPolicy" => network_policy::validate_network_policy_spec(spec, errors),
        _ => {}
    }
}
