//! `ValidateStorageClass`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, Seen, format};

/// `ValidateStorageClass`.
pub(super) fn validate_storage_class<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [provisioner, reclaim, binding, topologies] =
        root.fields(["provisioner", "reclaimPolicy", "volumeBindingMode", "allowedTopologies"]);
    if let Some(provisioner) = provisioner {
        errors.check(provisioner, |text| format::name(NameRule::QualifiedName)(&text.to_ascii_lowercase()));
    }
    if let Some(reclaim) = reclaim.filter(|it| !matches!(it.any_str(), None | Some("" | "Delete" | "Retain"))) {
        errors.not_supported(reclaim, &["Delete", "Retain"]);
    }
    if let Some(binding) =
        binding.filter(|it| !matches!(it.any_str(), None | Some("Immediate" | "WaitForFirstConsumer")))
    {
        errors.not_supported(binding, &["Immediate", "WaitForFirstConsumer"]);
    }
    for term in topologies.into_iter().flat_map(At::items) {
        validate_topology_selector_term(term, errors);
    }
}

/// `ValidateTopologySelectorTerm`.
fn validate_topology_selector_term<'d, 's>(term: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut keys = Seen::default();
    for requirement in term.each("matchLabelExpressions") {
        let mut values = Seen::default();
        for value in requirement.each("values") {
            if let Some(first) = values.before(value.str(), value) {
                errors.duplicate(value, "is there twice", first);
            }
        }
        let Some(key) = requirement.get("key") else { continue };
        errors.check(key, format::name(NameRule::QualifiedName));
        if let Some(first) = keys.before(key.str(), key) {
            errors.duplicate(key, "is there twice", first);
        }
    }
}
