//! `ValidateIngressClassSpec`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format};

/// `ValidateIngressClassSpec`.
pub(super) fn validate_ingress_class_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [controller, parameters] = spec.fields(["controller", "parameters"]);
    if let Some(controller) = controller {
        errors.check(controller, |text| {
            if text.len() > 250 {
                Err("is longer than 250 characters".to_owned())
            } else {
                format::domain_prefixed_path(text)
            }
        });
    }
    let Some(parameters) = parameters else { return };
    let [group, scope, namespace] = parameters.fields(["apiGroup", "scope", "namespace"]);
    if let Some(group) = group {
        errors.check(group, format::name(NameRule::Dns1123Subdomain));
    }
    for field in parameters.present(["kind", "name"]) {
        errors.check(field, format::path_segment);
    }
    match (at::text(scope).unwrap_or("Cluster"), namespace) {
        ("Namespace", None) => errors.required(parameters, "namespace", "the scope is a namespace"),
        ("Namespace", Some(namespace)) => errors.check(namespace, format::name(NameRule::Dns1123Label)),
        ("Cluster", Some(namespace)) => {
            errors.conflict(namespace, "may be set beside `scope: Namespace` only", scope, "the scope");
        }
        ("Cluster", None) => {}
        _ => {
            if let Some(scope) = scope {
                errors.not_supported(scope, &["Cluster", "Namespace"]);
            }
        }
    }
}
