//! `pkg/apis/resource/validation`: claims of devices, and classes of them.

use std::collections::HashSet;

use super::seen::Seen;
use super::{At, Errors, at, format};
use crate::k8s::names::NameRule;
use crate::k8s::object::Object;

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    // v1beta1 has the fields of `exactly` in the request itself
    if !object.api_version.ends_with("/v1") && !object.api_version.ends_with("/v1beta2") {
        return;
    }
    match object.kind_name {
        "ResourceClaim" => validate_device_claim(root.path(&["spec", "devices"]), errors),
        "ResourceClaimTemplate" => validate_device_claim(root.path(&["spec", "spec", "devices"]), errors),
        "DeviceClass" => {
            let Some(spec) = root.get("spec") else { return };
            validate_selectors(spec, errors);
            spec.each("config").for_each(|config| validate_configuration(config, errors));
        }
        _ => {}
    }
}

/// `validateDeviceClaim`.
fn validate_device_claim<'d, 's>(claim: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let Some(claim) = claim else { return };
    let mut names: HashSet<String> = HashSet::new();
    let mut seen = Seen::default();
    for request in claim.each("requests") {
        if let Some(name) = request.get("name") {
            if let Some(first) = seen.before(name.str(), name) {
                errors.duplicate(name, "is there before", first);
            }
            names.extend(name.str().map(str::to_owned));
        }
        validate_device_request(request, &mut names, errors);
    }
    for constraint in claim.each("constraints") {
        let [requests, attribute] = constraint.fields(["requests", "matchAttribute"]);
        validate_requests(requests, &names, errors);
        let own = errors.version.minor() < 36 || constraint.get("distinctAttribute").is_none();
        match attribute.filter(|attribute| !attribute.is_empty()) {
            Some(attribute) => errors.check(attribute, fully_qualified),
            None if own => errors.required(constraint, "matchAttribute", ""),
            None => {}
        }
    }
    for config in claim.each("config") {
        validate_requests(config.get("requests"), &names, errors);
        validate_configuration(config, errors);
    }
}

/// `validateDeviceRequest`: `exactly` or `firstAvailable`.
fn validate_device_request<'d, 's>(request: At<'d, 's>, names: &mut HashSet<String>, errors: &mut Errors<'d, 's>) {
    let [name, exactly, available] = request.fields(["name", "exactly", "firstAvailable"]);
    if let Some(name) = name {
        errors.check(name, format::name(NameRule::Dns1123Label));
    }
    match (exactly, available.filter(|list| !list.is_empty())) {
        (Some(_), Some(available)) => errors.crowded(request, available, "has both `exactly` and `firstAvailable`"),
        (None, None) => errors.required(request, "exactly", "a request says `exactly` what it wants, or a choice"),
        (Some(exactly), None) => validate_exact(exactly, errors),
        (None, Some(available)) => {
            let mut seen = Seen::default();
            for sub in available.items() {
                if let Some(own) = sub.get("name") {
                    errors.check(own, format::name(NameRule::Dns1123Label));
                    if let Some(first) = seen.before(own.str(), own) {
                        errors.duplicate(own, "is there before", first);
                    }
                    names.insert(format!("{}/{}", at::text(name).unwrap_or_default(), own.str().unwrap_or_default()));
                }
                validate_exact(sub, errors);
            }
        }
    }
}

/// `validateExactDeviceRequest`, and `validateDeviceSubRequest`.
fn validate_exact<'d, 's>(request: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [class, mode, count] = request.fields(["deviceClassName", "allocationMode", "count"]);
    if let Some(class) = class {
        errors.check(class, format::name(NameRule::Dns1123Subdomain));
    }
    validate_selectors(request, errors);
    match (at::text(mode), count, mode) {
        (Some("All"), Some(count), mode) if count.int() != Some(0) => {
            errors.invalid_beside(count, "may not be set beside `allocationMode: All`", mode, "the mode");
        }
        // 0 is filled in
        (Some("ExactCount") | None, Some(count), _) if count.int().is_some_and(|number| number < 0) => {
            errors.invalid(count, "must be 1 or more");
        }
        (Some(word), _, Some(mode)) if !matches!(word, "All" | "ExactCount") => {
            errors.not_supported(mode, &["All", "ExactCount"]);
        }
        _ => {}
    }
}

/// `validateSelector`: each is an expression.
fn validate_selectors<'d, 's>(holder: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for selector in holder.each("selectors") {
        match selector.get("cel") {
            None => errors.required(selector, "cel", ""),
            Some(cel) => {
                if cel.text("expression").is_none() {
                    errors.required(cel, "expression", "");
                }
            }
        }
    }
}

/// The requests that a constraint or a configuration is about: each once, and one that is there.
fn validate_requests<'d, 's>(list: Option<At<'d, 's>>, names: &HashSet<String>, errors: &mut Errors<'d, 's>) {
    let mut seen = Seen::default();
    for request in list.into_iter().flat_map(At::items) {
        let Some(text) = request.str() else { continue };
        if !names.contains(text) {
            errors.invalid(request, "must be the name of a request in `spec.devices.requests`");
        }
        if let Some(first) = seen.before(Some(text), request) {
            errors.duplicate(request, "is there before", first);
        }
    }
}

/// `validateDeviceConfiguration`.
fn validate_configuration<'d, 's>(config: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(opaque) = config.get("opaque") else { return errors.required(config, "opaque", "") };
    if let Some(driver) = opaque.get("driver") {
        errors.check(driver, format::name(NameRule::Dns1123Subdomain));
    }
}

/// `validateFullyQualifiedName`: a domain, a slash, and a name as those of C.
fn fully_qualified(text: &str) -> Result<(), String> {
    let Some((domain, name)) = text.split_once('/') else {
        return Err("must be a domain and a name, as `gpu.example.com/model`".to_owned());
    };
    format::name(NameRule::Dns1123Subdomain)(domain)?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name { Ok(()) } else { Err("must end in letters, digits and `_` after the slash".to_owned()) }
}
