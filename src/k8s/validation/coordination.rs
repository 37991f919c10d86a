//! `pkg/apis/coordination/validation`.

use super::{At, Errors, format};
use crate::k8s::object::Object;

/// `ValidateLeaseSpec`. What upstream asks of `strategy` is a matter of the table of fields.
pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.get("spec").filter(|_| object.kind_name == "Lease") else { return };
    let [duration, transitions] = spec.fields(["leaseDurationSeconds", "leaseTransitions"]);
    format::at_least(duration, 1, errors);
    format::at_least(transitions, 0, errors);
}
