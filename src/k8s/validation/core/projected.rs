//! `validateProjectionSources` and `validateDownwardAPIVolumeFile`.

use super::env;
use crate::k8s::validation::{At, Errors, Seen, format};

const SOURCES: [&str; 6] =
    ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];

/// `validateProjectedVolumeSource`.
pub(super) fn validate_projected<'d, 's>(volume: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut paths = Seen::default();
    for source in volume.each("sources") {
        for kind in source.present(SOURCES) {
            match kind.name() {
                "secret" | "configMap" => validate_keys_to_paths(kind, errors),
                "downwardAPI" => {
                    for file in kind.each("items") {
                        validate_downward_api_file(file, errors);
                    }
                }
                "clusterTrustBundle" => validate_trust_bundle(kind, errors),
                "podCertificate" => validate_pod_certificate(kind, errors),
                // upstream names the volume where the path is bad
                _ => {
                    if let Some(path) = kind.get("path") {
                        errors.check(path, format::non_reserved_path);
                    }
                }
            }
            for path in paths_of(kind) {
                let Some(text) = path.str() else { continue };
                if let Some(first) = paths.before(text, path) {
                    errors.duplicate(path, "is the path of another file of the volume", first);
                }
            }
        }
        if let Some(second) = source.present(SOURCES).nth(1) {
            errors.crowded(source, second, "takes one source only");
        }
    }
}

/// `validateKeyToPath`, for each.
pub(super) fn validate_keys_to_paths<'d, 's>(source: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for path in source.each("items").filter_map(|item| item.get("path")) {
        errors.check(path, format::non_reserved_path);
    }
}

/// The paths that a source writes. Upstream compares all but the path of a token.
fn paths_of<'d, 's>(source: At<'d, 's>) -> Vec<At<'d, 's>> {
    match source.name() {
        "serviceAccountToken" => Vec::new(),
        "clusterTrustBundle" => source.get("path").into_iter().collect(),
        "podCertificate" => source.present(["credentialBundlePath", "keyPath", "certificateChainPath"]).collect(),
        _ => source.each("items").filter_map(|item| item.get("path")).collect(),
    }
}

/// `validateDownwardAPIVolumeFile`. Upstream leaves out the file's number; this names the file.
pub(super) fn validate_downward_api_file<'d, 's>(file: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [path, field, resource] = file.fields(["path", "fieldRef", "resourceFieldRef"]);
    if let Some(path) = path {
        errors.check(path, format::non_reserved_path);
    }
    match (field, resource) {
        (Some(field), resource) => {
            env::validate_object_field_selector(field, &env::FILE_FIELDS, errors);
            if let Some(resource) = resource {
                errors.crowded(file, resource, "takes one of `fieldRef` and `resourceFieldRef`");
            }
        }
        (None, Some(resource)) => env::validate_resource_field_selector(resource, true, errors),
        (None, None) => errors.required(file, "fieldRef", "it takes one of `fieldRef` and `resourceFieldRef`"),
    }
}

fn validate_trust_bundle<'d, 's>(source: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [name, signer, selector, path] = source.fields(["name", "signerName", "labelSelector", "path"]);
    match (name, signer) {
        (Some(_), Some(signer)) => errors.crowded(source, signer, "takes one of `name` and `signerName`"),
        (None, None) => errors.required(source, "name", "it takes one of `name` and `signerName`"),
        (Some(name), None) => {
            if let Some(selector) = selector {
                errors.conflict(selector, "may not be set beside `name`", Some(name), "the name");
            }
        }
        (None, Some(_)) => {}
    }
    if let Some(path) = path {
        errors.check(path, format::non_reserved_path);
    }
}

fn validate_pod_certificate<'d, 's>(source: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const PATHS: [&str; 3] = ["credentialBundlePath", "keyPath", "certificateChainPath"];
    const KEYS: [&str; 6] = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];
    if let Some(ty) = source.get("keyType").filter(|ty| ty.str().is_some_and(|ty| !KEYS.contains(&ty))) {
        errors.not_supported(ty, &KEYS);
    }
    if let Some(age) = source.get("maxExpirationSeconds").filter(|age| age.int().is_some_and(|age| age < 3600)) {
        errors.invalid(age, "must be 3600 or more");
    }
    let mut paths = source.present(PATHS).filter(|path| path.str().is_some()).peekable();
    if paths.peek().is_none() {
        errors.required(source, "credentialBundlePath", "a certificate is written to a file");
    }
    for path in paths {
        errors.check(path, format::non_reserved_path);
    }
}
