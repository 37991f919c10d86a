//! `ValidateStorageClass`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, format};

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
    let mut keys: Vec<At<'d, 's>> = Vec::new();
    for requirement in term.each("matchLabelExpressions") {
        let mut values: Vec<At<'d, 's>> = Vec::new();
        for value in requirement.each("values") {
            match values.iter().find(|known| known.str() == value.str()) {
                Some(first) => errors.duplicate(value, "is there twice", *first),
                None => values.push(value),
            }
        }
        let Some(key) = requirement.get("key") else { continue };
        errors.check(key, format::name(NameRule::QualifiedName));
        match keys.iter().find(|known| known.str() == key.str()) {
            Some(first) => errors.duplicate(key, "is there twice", *first),
            None => keys.push(key),
        }
    }
}
