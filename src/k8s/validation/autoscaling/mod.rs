//! `pkg/apis/autoscaling/validation`.

mod horizontal_pod_autoscaler;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if object.kind_name == "HorizontalPodAutoscaler"
        && let Some(spec) = root.get("spec")
    {
        horizontal_pod_autoscaler::validate_horizontal_pod_autoscaler_spec(spec, errors);
    }
}
