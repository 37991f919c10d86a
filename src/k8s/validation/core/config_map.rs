//! `ValidateConfigMap`.

use crate::k8s::validation::{At, Errors};
use crate::yaml::base64;

/// `MaxSecretSize`, which holds for both.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// `ValidateConfigMap`. The names of the keys are a matter of the table of fields.
pub(super) fn validate_config_map<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [data, binary] = root.fields(["data", "binaryData"]);
    let of_binary = binary.map(At::by_name).unwrap_or_default();
    for entry in data.into_iter().flat_map(At::entries) {
        if let Some(other) = of_binary.get(entry.name()) {
            errors.duplicate(entry, "is a key of `binaryData`, too", *other);
        }
    }
    let texts = data.into_iter().flat_map(At::entries).filter_map(|entry| entry.node.text()).map(str::len);
    let bytes = binary.into_iter().flat_map(At::entries).filter_map(decoded_length);
    if texts.chain(bytes).sum::<usize>() > MOST_BYTES {
        errors.invalid(root, "holds more than 1 MiB in all");
    }
}

/// How many bytes an entry of base64 stands for.
pub(super) fn decoded_length(entry: At<'_, '_>) -> Option<usize> {
    let text = entry.node.text()?;
    if text.len() < MOST_BYTES / 64 { Some(text.len() / 4 * 3) } else { base64::decode(text).map(|bytes| bytes.len()) }
}
