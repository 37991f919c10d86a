//! `pkg/apis/admissionregistration/validation`. Expressions are not compiled.

mod policy;
mod rules;
mod webhook;

pub(super) use webhook::validate_client_config;

use super::{At, Errors};
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    match object.kind_name {
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
            webhook::validate_webhook_configuration(root, errors);
        }
        "ValidatingAdmissionPolicy" => {
            if let Some(spec) = root.get("spec") {
                policy::validate_validating_admission_policy_spec(spec, errors);
            }
        }
        "ValidatingAdmissionPolicyBinding" => {
            if let Some(spec) = root.get("spec") {
                policy::validate_validating_admission_policy_binding_spec(spec, errors);
            }
        }
        _ => {}
    }
}
