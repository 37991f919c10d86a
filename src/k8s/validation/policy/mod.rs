//! `pkg/apis/policy/validation`.

mod pod_disruption_budget;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if object.kind_name == "PodDisruptionBudget"
        && let Some(spec) = root.get("spec")
    {
        pod_disruption_budget::validate_pod_disruption_budget_spec(spec, errors);
    }
}
