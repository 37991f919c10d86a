//! `ValidateSecret`: the keys that a Secret has by its type. No message says what a value is.

use super::config_map::{MOST_BYTES, decoded_length};
use crate::k8s::validation::{At, Errors, at};
use crate::yaml::base64;

/// `ValidateSecret`. What `stringData` has replaces what `data` has under the same key.
pub(super) fn validate_secret<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [metadata, ty, data, texts] = root.fields(["metadata", "type", "data", "stringData"]);
    let entry = |key: &str| texts.and_then(|texts| texts.get(key)).or_else(|| data.and_then(|data| data.get(key)));
    let plain = texts.into_iter().flat_map(At::entries).filter_map(|entry| entry.node.text()).map(str::len);
    let coded = data.into_iter().flat_map(At::entries).filter_map(decoded_length);
    if plain.chain(coded).sum::<usize>() > MOST_BYTES {
        errors.invalid(data.or(texts).unwrap_or(root), "holds more than 1 MiB in all");
    }
    let place = data.or(texts).unwrap_or(root);
    let need = |key: &'static str, errors: &mut Errors<'d, 's>| {
        if entry(key).is_none() {
            errors.required(place, key, "the type of the Secret asks for it");
        }
    };
    match at::text(ty) {
        Some("kubernetes.io/dockercfg") => validate_docker(root, place, ".dockercfg", errors),
        Some("kubernetes.io/dockerconfigjson") => validate_docker(root, place, ".dockerconfigjson", errors),
        Some("kubernetes.io/basic-auth") if entry("password").is_none() => need("username", errors),
        Some("kubernetes.io/ssh-auth") if entry("ssh-privatekey").is_some_and(At::is_empty) => {
            errors.required(place, "ssh-privatekey", "the type of the Secret asks for it");
        }
        Some("kubernetes.io/ssh-auth") => need("ssh-privatekey", errors),
        Some("kubernetes.io/tls") => {
            need("tls.crt", errors);
            need("tls.key", errors);
        }
        Some("kubernetes.io/service-account-token") => {
            let account = metadata.and_then(|it| it.path(&["annotations", "kubernetes.io/service-account.name"]));
            if at::text(account).is_none() {
                let holder = metadata.and_then(|it| it.get("annotations")).or(metadata).unwrap_or(root);
                errors.required(holder, "kubernetes.io/service-account.name", "a token is that of an account");
            }
        }
        _ => {}
    }
}

/// A file of Docker is a JSON object. What is no base64 in `data` is a matter of the table of fields.
fn validate_docker<'d, 's>(root: At<'d, 's>, place: At<'d, 's>, key: &'static str, errors: &mut Errors<'d, 's>) {
    let is_json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes).is_ok();
    let plain = root.path(&["stringData", key]);
    let coded = root.path(&["data", key]);
    let Some(entry) = plain.or(coded) else {
        return errors.required(place, key, "the type of the Secret asks for it");
    };
    let Some(text) = entry.node.text() else { return };
    let holds = match plain {
        Some(_) => is_json(text.as_bytes()),
        None => base64::decode(text).is_none_or(|bytes| is_json(&bytes)),
    };
    if !holds {
        errors.invalid(entry, "is not a JSON object");
    }
}
