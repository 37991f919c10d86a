//! `pkg/apis/scheduling/validation`.

mod priority_class;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if object.kind_name == "PriorityClass" {
        priority_class::validate_priority_class(object.name(), root, errors);
    }
}
