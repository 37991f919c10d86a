//! `ValidateEnv` and `ValidateEnvFrom`.

use super::context::Pod;
use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format};

/// The fields of a pod that a variable can take (`validEnvDownwardAPIFieldPathExpressions`).
const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// Those that a file can take (`validVolumeDownwardAPIFieldPathExpressions`).
pub(super) const FILE_FIELDS: [&str; 5] =
    ["metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"];

/// `validContainerResourceFieldPathExpressions`.
const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
];

/// The sources of a variable, in the order in which upstream counts them.
const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

/// `ValidateEnv`.
pub(super) fn validate_env<'d, 's>(env: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    for variable in env.items() {
        let [name, value, from] = variable.fields(["name", "value", "valueFrom"]);
        if let Some(name) = name {
            errors.check(name, format::env_name);
        }
        if let Some(from) = from {
            validate_value_from(from, value, pod, errors);
        }
    }
}

/// `validateEnvVarValueFrom`.
fn validate_value_from<'d, 's>(
    from: At<'d, 's>,
    value: Option<At<'d, 's>>,
    pod: &Pod<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    let sources = from.fields(SOURCES);
    let [field, resource, config_map, secret, file] = sources;
    if let Some(field) = field {
        validate_object_field_selector(field, &ENV_FIELDS, errors);
    }
    if let Some(resource) = resource {
        validate_resource_field_selector(resource, false, errors);
    }
    for key in [config_map, secret].into_iter().flatten() {
        validate_key_selector(key, errors);
    }
    if let Some(file) = file {
        validate_file_key_selector(file, pod, errors);
    }
    let mut there = sources.into_iter().flatten();
    let (first, second) = (there.next(), there.next());
    let value = value.filter(|value| value.str().is_some());
    if first.is_none() {
        errors.required(
            from,
            "fieldRef",
            "it takes one of `fieldRef`, `resourceFieldRef`, `configMapKeyRef` and `secretKeyRef`",
        );
    } else if value.is_some() {
        errors.conflict(from, "may not be set beside `value`", value, "the value");
    } else if let Some(second) = second {
        errors.crowded(from, second, "takes one source only");
    }
}

/// `validateObjectFieldSelector`, with the names that `ConvertDownwardAPIFieldLabel` knows.
pub(super) fn validate_object_field_selector<'d, 's>(field: At<'d, 's>, known: &[&str], errors: &mut Errors<'d, 's>) {
    let [version, path] = field.fields(["apiVersion", "fieldPath"]);
    let Some(path) = path else { return };
    let Some(text) = path.str() else { return };
    if let Some(version) = version.filter(|version| !matches!(version.str(), None | Some("v1"))) {
        return errors.invalid_beside(path, "is read as a field of `v1` only", Some(version), "another version");
    }
    let subscript = text.strip_suffix("']").and_then(|text| text.split_once("['"));
    match subscript {
        Some(("metadata.annotations", key)) => {
            errors.check(path, |_| format::name(NameRule::QualifiedName)(&key.to_ascii_lowercase()));
        }
        Some(("metadata.labels", key)) => errors.check(path, |_| format::name(NameRule::QualifiedName)(key)),
        Some(_) => errors.invalid(path, "takes no key in brackets"),
        None if known.contains(&text) || text == "spec.host" && known.contains(&"spec.nodeName") => {}
        None => errors.not_supported(path, known),
    }
}

/// `validateContainerResourceFieldSelector`.
pub(super) fn validate_resource_field_selector<'d, 's>(selector: At<'d, 's>, file: bool, errors: &mut Errors<'d, 's>) {
    let [container, resource, divisor] = selector.fields(["containerName", "resource", "divisor"]);
    let Some(name) = at::text(resource) else { return };
    if file && at::text(container).is_none() {
        errors.required(selector, "containerName", "a file belongs to no container by itself");
    } else if !RESOURCES.contains(&name)
        && !name.starts_with("limits.hugepages-")
        && !name.starts_with("requests.hugepages-")
        && let Some(resource) = resource
    {
        errors.not_supported(resource, &RESOURCES);
    }
    if let Some(divisor) = divisor {
        validate_divisor(divisor, name, errors);
    }
}

/// `validateContainerResourceDivisor`.
fn validate_divisor<'d, 's>(divisor: At<'d, 's>, resource: &str, errors: &mut Errors<'d, 's>) {
    const CPU: [&str; 2] = ["1m", "1"];
    const SIZES: [&str; 13] = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
    let Some(quantity) = divisor.quantity().filter(|quantity| !quantity.is_zero()) else { return };
    let is_one_of = |known: &[&str]| {
        known.iter().any(|text| crate::k8s::quantity::Quantity::parse(text).is_ok_and(|known| known == quantity))
    };
    let (_, kind) = resource.split_once('.').unwrap_or_default();
    let known: &[&str] = match kind {
        "cpu" => &CPU,
        "memory" | "ephemeral-storage" => &SIZES,
        kind if kind.starts_with("hugepages-") => &SIZES,
        _ => return,
    };
    if !is_one_of(known) {
        errors.not_supported(divisor, known);
    }
}

/// `validateConfigMapKeySelector` and `validateSecretKeySelector`.
fn validate_key_selector<'d, 's>(selector: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [name, key] = selector.fields(["name", "key"]);
    if let Some(name) = name {
        errors.check(name, format::name(NameRule::Dns1123Subdomain));
    }
    if let Some(key) = key {
        errors.check(key, format::name(NameRule::ConfigMapKey));
    }
}

/// `validateFileKeySelector` and `validateFileKeyRefVolumes`.
fn validate_file_key_selector<'d, 's>(selector: At<'d, 's>, pod: &Pod<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [key, path, volume] = selector.fields(["key", "path", "volumeName"]);
    if let Some(key) = key {
        errors.check(key, format::env_name);
    }
    if let Some(path) = path {
        errors.check(path, format::no_backsteps);
    }
    let Some(volume) = volume else { return };
    let Some(name) = volume.str() else { return };
    match pod.volumes.get(name) {
        None => errors.not_found(volume, format!("names the volume `{name}`, which the pod does not have")),
        Some(known) if known.get("emptyDir").is_none() => {
            errors.invalid(volume, "must name a volume of the type `emptyDir`");
        }
        Some(_) => {}
    }
}

/// `ValidateEnvFrom`. Upstream names the list where a member has no source or two; this names the member.
pub(super) fn validate_env_from<'d, 's>(list: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for from in list.items() {
        let [prefix, config_map, secret] = from.fields(["prefix", "configMapRef", "secretRef"]);
        if let Some(prefix) = prefix {
            errors.check(prefix, format::env_name);
        }
        for source in [config_map, secret].into_iter().flatten() {
            if let Some(name) = source.get("name") {
                errors.check(name, format::name(NameRule::Dns1123Subdomain));
            }
        }
        match (config_map, secret) {
            (None, None) => errors.required(from, "configMapRef", "it takes one of `configMapRef` and `secretRef`"),
            (Some(_), Some(second)) => errors.crowded(from, second, "takes one source only"),
            _ => {}
        }
    }
}
