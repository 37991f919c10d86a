//! Encryption at rest, after `k8s.io/apiserver/pkg/apis/apiserver/validation/validation_encryption.go` and
//! `pkg/server/options/encryptionconfig/config.go`.

use super::tools::duration_of;
use crate::k8s::validation::{At, Errors, Seen};
use crate::yaml::base64;

const PROVIDERS: [&str; 5] = ["kms", "aesgcm", "aescbc", "secretbox", "identity"];
/// What has no REST API, and so is not encrypted.
const NOT_REST: [&str; 3] = ["apiserveripinfo", "serviceipallocations", "servicenodeportallocations"];

/// A resource and its group, as `schema.ParseGroupResource` cuts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct GroupResource<'d> {
    resource: &'d str,
    group: &'d str,
}

const EVERYTHING: GroupResource<'static> = GroupResource { resource: "*", group: "*" };

impl<'d> GroupResource<'d> {
    fn of(text: &'d str) -> Self {
        let (resource, group) = text.split_once('.').unwrap_or((text, ""));
        Self { resource, group }
    }
}

/// `ValidateEncryptionConfiguration`.
pub(super) fn validate_encryption_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if root.get("resources").is_none_or(At::is_empty) {
        errors.required(root, "resources", "at least one entry says what is encrypted");
        return;
    }
    let mut names = Seen::default();
    let mut rules = Seen::default();
    for conf in root.each("resources") {
        for (list, why) in [("resources", "it says what is encrypted"), ("providers", "it says how")] {
            if conf.get(list).is_none_or(At::is_empty) {
                errors.required(conf, list, why);
            }
        }
        validate_resource_overlap(conf, errors);
        for resource in conf.each("resources") {
            validate_resource_name(resource, errors);
        }
        for provider in conf.each("providers") {
            validate_provider(provider, &mut names, errors);
        }
        masked(conf, &mut rules, errors);
    }
}

/// `getTransformerOverridesAndKMSPluginProbes`: what an earlier entry covers as a whole cannot be named again.
fn masked<'d, 's>(conf: At<'d, 's>, rules: &mut Seen<'d, 's, GroupResource<'d>>, errors: &mut Errors<'d, 's>) {
    // within one entry `validate_resource_overlap` says so
    let mut own = Vec::new();
    for at in conf.each("resources") {
        let Some(resource) = at.any_str().map(GroupResource::of) else { continue };
        let group = GroupResource { resource: "*", group: resource.group };
        if let Some(first) = rules.get(&group).or_else(|| rules.get(&EVERYTHING)) {
            let why = "is masked by an earlier entry, so kube-apiserver does not start; the first one that fits counts";
            errors.conflict(at, why, Some(first), "covers it");
        }
        own.push((resource, at));
    }
    for (resource, at) in own {
        rules.before(resource, at);
    }
}

/// `validateResourceOverlap`.
fn validate_resource_overlap<'d, 's>(conf: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(list) = conf.get("resources") else { return };
    let items: Vec<(At<'d, 's>, GroupResource<'d>)> =
        list.items().filter_map(|at| Some((at, GroupResource::of(at.any_str()?)))).collect();
    let mut seen = Seen::default();
    for (at, resource) in &items {
        if let Some(first) = seen.before(*resource, *at) {
            errors.duplicate(*at, "is in the list twice", first);
            break;
        }
    }
    let covers = |wide: GroupResource<'_>, other: GroupResource<'_>| {
        wide != other && (wide == EVERYTHING || (wide.resource == "*" && wide.group == other.group))
    };
    let masked = items.iter().find(|(_, other)| items.iter().any(|(_, wide)| covers(*wide, *other)));
    if let Some((at, _)) = masked {
        errors.crowded(list, *at, "has resources that another of its own entries covers");
    }
}

/// `validateResourceNames`.
fn validate_resource_name<'d, 's>(at: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(text) = at.any_str() else { return };
    let resource = GroupResource::of(text);
    if text.chars().any(char::is_uppercase) {
        errors.invalid(at, "must not have capital letters");
    } else if text == "*" {
        errors.invalid(at, "must be `*.` for the core group, or `*.*` for everything");
    } else if NOT_REST.contains(&text) {
        errors.invalid(at, "has no REST API, so it cannot be encrypted");
    } else if resource.group == "events.k8s.io" {
        errors.invalid(at, "is kept in the core group; write `events`");
    } else if resource.group == "extensions" {
        errors.invalid(at, "is of a group that is gone");
    } else if resource.group == "*" && resource.resource != "*" {
        errors.invalid(at, "cannot be named across groups");
    }
}

/// `validateSingleProvider`, and what follows for the one.
fn validate_provider<'d, 's>(provider: At<'d, 's>, names: &mut Seen<'d, 's, &'d str>, errors: &mut Errors<'d, 's>) {
    let found: Vec<At<'d, 's>> = provider.present(PROVIDERS).collect();
    match found.as_slice() {
        [] => errors.invalid(provider, "has no provider: kms, aesgcm, aescbc, secretbox or identity"),
        [_, second, ..] => errors.crowded(provider, *second, "has more than one provider; each is an entry of its own"),
        [_] => {}
    }
    let Some(first) = found.first().copied() else { return };
    match first.name() {
        "kms" => validate_kms_configuration(first, names, errors),
        "aesgcm" | "aescbc" => validate_keys(first, &[16, 24, 32], errors),
        "secretbox" => validate_keys(first, &[32], errors),
        _ => {}
    }
}

/// `validateKeys`.
fn validate_keys<'d, 's>(provider: At<'d, 's>, lengths: &[usize], errors: &mut Errors<'d, 's>) {
    if provider.get("keys").is_none_or(At::is_empty) {
        errors.required(provider, "keys", "at least one key is needed");
    }
    for key in provider.each("keys") {
        if key.text("name").is_none() {
            errors.required(key, "name", "every key has a name");
        }
        let secret = key.get("secret").filter(|secret| secret.str().is_some());
        let Some(secret) = secret else {
            errors.required(key, "secret", "every key has a secret");
            continue;
        };
        // what is filled in later is another rule's
        let is_placeholder = secret.str().is_some_and(|text| text.contains(['<', '{', '$']));
        match secret.str().and_then(base64::decode) {
            _ if is_placeholder => {}
            None => errors.invalid(secret, "is not base64"),
            Some(bytes) if !lengths.contains(&bytes.len()) => {
                let expected: Vec<String> = lengths.iter().map(ToString::to_string).collect();
                errors.invalid(secret, format!("has {} bytes; it takes {}", bytes.len(), expected.join(", ")));
            }
            Some(_) => {}
        }
    }
}

/// `validateKMSConfiguration`.
fn validate_kms_configuration<'d, 's>(kms: At<'d, 's>, names: &mut Seen<'d, 's, &'d str>, errors: &mut Errors<'d, 's>) {
    let version = kms.text("apiVersion").unwrap_or("v1");
    match kms.get("name").filter(|name| name.str().is_some()) {
        None => errors.required(kms, "name", "a kms provider has a name"),
        Some(at) => {
            let name = at.str().unwrap_or_default();
            if version != "v1" && name.contains(':') {
                errors.invalid(at, "must not contain `:`");
            }
            let before = names.before(name, at);
            if let Some(first) = before.filter(|_| version != "v1") {
                errors.duplicate(at, "is the name of another kms provider", first);
            }
        }
    }
    if let Some(at) = kms.get("timeout").filter(|_| duration_of(kms, "timeout").is_some_and(|time| time <= 0)) {
        errors.invalid(at, "must be more than 0");
    }
    match kms.get("endpoint").filter(|endpoint| endpoint.str().is_some()) {
        None => errors.required(kms, "endpoint", "a kms provider has a socket"),
        Some(at) if at.str().is_some_and(|text| !text.starts_with("unix:")) => {
            errors.invalid(at, "must be a socket of the machine, as `unix:///run/kms.sock`");
        }
        Some(_) => {}
    }
    if let Some(size) = kms.get("cachesize") {
        match size.int() {
            _ if version != "v1" => errors.forbidden(size, "is not for kms of `v2`"),
            Some(0) => errors.invalid(size, "must not be 0; a negative number switches it off"),
            _ => {}
        }
    }
    if let Some(at) = kms.get("apiVersion").filter(|_| !matches!(version, "v1" | "v2")) {
        errors.not_supported(at, &["v1", "v2"]);
    }
}
