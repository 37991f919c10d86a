//! `ValidateReplicaSetSpec`.

use super::selector::validate_selector;
use crate::k8s::validation::core::{Template, validate_pod_template_spec};
use crate::k8s::validation::{At, Errors};

/// `ValidateReplicaSetSpec`.
pub(super) fn validate_replica_set_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [selector, template] = spec.fields(["selector", "template"]);
    validate_selector(selector, errors);
    if let Some(template) = template {
        validate_pod_template_spec(template, Template { selector, claims: None, runs_on: true }, errors);
    }
}
