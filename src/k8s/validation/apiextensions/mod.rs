//! `pkg/apis/apiextensions/validation` of `k8s.io/apiextensions-apiserver`.

mod custom_resource_definition;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if object.kind_name == "CustomResourceDefinition"
        && let Some(spec) = root.get("spec")
    {
        custom_resource_definition::validate_custom_resource_definition(root, spec, errors);
    }
}
