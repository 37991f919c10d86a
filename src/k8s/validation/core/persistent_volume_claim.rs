//! `ValidatePersistentVolumeClaimSpec`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format, meta};

const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/// `ValidatePersistentVolumeClaimSpec`, of a claim and of templates of one.
pub(in crate::k8s::validation) fn validate_persistent_volume_claim_spec<'d, 's>(
    spec: At<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    let names = ["accessModes", "selector", "resources", "storageClassName", "dataSource", "dataSourceRef"];
    let [modes, selector, resources, class, source, source_ref] = spec.fields(names);
    meta::validate_label_selector(selector, errors);
    if let Some(modes) = modes {
        validate_access_modes(modes, errors);
    }
    let requests = resources.and_then(|resources| resources.get("requests"));
    match requests.and_then(|requests| requests.get("storage")) {
        Some(storage) if storage.quantity().is_some_and(|it| it.is_zero() || it.is_negative()) => {
            errors.invalid(storage, "must be more than 0");
        }
        None => {
            if let Some(requests) = requests {
                errors.required(requests, "storage", "a claim asks for an amount of it");
            }
        }
        Some(_) => {}
    }
    if let Some(class) = class {
        errors.check(class, format::name(NameRule::Dns1123Subdomain));
    }
    let kept = source.filter(|it| it.text("apiGroup").is_some() || it.text("kind") == Some("PersistentVolumeClaim"));
    if let Some((source, other)) = kept.zip(source_ref) {
        validate_data_sources(spec, source, other, errors);
    }
    for source in [source, source_ref].into_iter().flatten() {
        let [kind, group] = source.fields(["kind", "apiGroup"]);
        // such a `dataSource` is dropped
        if let Some(kind) = kind.filter(|_| at::text(group).is_none() && source.name() == "dataSourceRef")
            && kind.str().is_some_and(|kind| kind != "PersistentVolumeClaim")
        {
            errors.invalid_at(source, kind, "must be a PersistentVolumeClaim where there is no `apiGroup`");
        }
        if let Some(group) = group {
            errors.check(group, format::name(NameRule::Dns1123Subdomain));
        }
    }
}

/// `isDataSourceEqualDataSourceRef`, where both are there.
fn validate_data_sources<'d, 's>(spec: At<'d, 's>, source: At<'d, 's>, other: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let fields = ["apiGroup", "kind", "name"];
    if other.text("namespace").is_some() {
        errors.crowded(spec, source, "may not have `dataSource` beside a namespace in `dataSourceRef`");
    } else if fields.iter().any(|field| source.text(field) != other.text(field)) {
        errors.crowded(spec, source, "has a `dataSource` that is not its `dataSourceRef`");
    }
}

/// What claims and volumes ask of `accessModes`. Upstream names the list.
pub(super) fn validate_access_modes<'d, 's>(modes: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let known = |mode: &At<'d, 's>| mode.str().is_some_and(|mode| MODES.contains(&mode));
    for mode in modes.items().filter(|mode| mode.any_str().is_some() && !known(mode)) {
        errors.invalid_at(modes, mode, format!("takes {}", MODES.map(|mode| format!("`{mode}`")).join(", ")));
    }
    let alone = modes.items().find(|mode| mode.str() == Some("ReadWriteOncePod"));
    let other = modes.items().find(|mode| known(mode) && mode.str() != Some("ReadWriteOncePod"));
    if let (Some(alone), Some(_)) = (alone, other) {
        errors.crowded(modes, alone, "may have nothing else beside `ReadWriteOncePod`");
    }
}
