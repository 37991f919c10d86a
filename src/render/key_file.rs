//! Files with a key in them: an `EncryptionConfiguration`. The key is made here, once, and nobody sees it: not a diff, not the
//! lock file, not a second render.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::yaml::{self, Kind, Node, Span};

/// What stands for the key in a plan, and wherever a plan is shown.
pub const PLACEHOLDER: &str = "(made when this file is written, and shown nowhere)";

/// The bytes of a key for secretbox.
const LENGTH: usize = 32;

/// A text that no message shows.
#[derive(Clone)]
pub(super) struct Hidden(String);

impl Hidden {
    /// The text, for the file and nothing else.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

/// What becomes of a file with a key that is there already.
pub(super) enum KeyAction {
    /// It stays: nothing changed, or somebody has rotated the key.
    Keep,
    /// It holds no key yet.
    Fill,
    /// Something beside the key changes; this is the new text.
    Carry(Hidden),
}

/// Compares the file with the plan. What a person did with keys and providers stands, as losing a key is losing every Secret.
/// Only a stage moves `identity`.
pub(super) fn key_action(before: &str, planned: &str, staged: bool) -> KeyAction {
    let secrets = secrets(before);
    if secrets.iter().any(|(_, text)| text == PLACEHOLDER) {
        return KeyAction::Fill;
    }
    let [(_, key)] = secrets.as_slice() else { return KeyAction::Keep };
    let (old, new) = (data(&redact(before)), data(planned));
    let Some((old, new)) = old.zip(new).filter(|(old, new)| old != new) else { return KeyAction::Keep };
    let rest = |value| if staged { without_identity(without_resources(value)) } else { without_resources(value) };
    if rest(old) != rest(new) {
        return KeyAction::Keep;
    }
    KeyAction::Carry(Hidden(planned.replace(PLACEHOLDER, key)))
}

/// The planned text with a new key in it, from the system's source of random bytes.
pub(super) fn fill(planned: &str) -> Result<Hidden, getrandom::Error> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(Hidden(planned.replace(PLACEHOLDER, &BASE64_STANDARD.encode(bytes))))
}

/// The text with the placeholder in the place of each key. A text that cannot be read is not shown at all.
pub fn redact(text: &str) -> String {
    if !yaml::parse(text).errors.is_empty() {
        return format!("# {PLACEHOLDER}\n");
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (span, _) in secrets(text) {
        out.push_str(text.get(from..span.range().start).unwrap_or_default());
        out.push_str(&yaml::quote::double_quoted(PLACEHOLDER));
        from = span.range().end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// The values of all keys `secret`, in the order of the text.
fn secrets(text: &str) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for root in yaml::parse(text).documents.iter().filter_map(yaml::Document::root) {
        visit(root, &mut found);
    }
    found.sort_by_key(|(span, _)| span.start);
    found
}

fn visit(node: Node<'_, '_>, found: &mut Vec<(Span, String)>) {
    for (key, value) in node.entries() {
        if key.text() == Some("secret") && value.kind() == Kind::Scalar {
            found.push((value.origin(), value.text().unwrap_or_default().to_owned()));
        } else {
            visit(value, found);
        }
    }
    for item in node.items() {
        visit(item, found);
    }
}

fn data(text: &str) -> Option<Value> {
    let stream = yaml::parse(text);
    let root = stream.documents.first().and_then(yaml::Document::root)?;
    root.to_json().ok().filter(|_| stream.errors.is_empty() && stream.documents.len() == 1)
}

/// The same with the names of what is encrypted taken out.
fn without_resources(mut value: Value) -> Value {
    let entries = value.get_mut("resources").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
        entry.remove("resources");
    }
    value
}

/// The same without the provider that leaves everything as it is.
fn without_identity(mut value: Value) -> Value {
    let entries = value.get_mut("resources").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten() {
        if let Some(providers) = entry.get_mut("providers").and_then(Value::as_array_mut) {
            providers.retain(|provider| provider.get("identity").is_none());
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::{KeyAction, PLACEHOLDER, fill, key_action, redact};

    fn planned(resources: &str) -> String {
        format!(
            "# text\nkind: EncryptionConfiguration\nresources:\n  - resources: [{resources}]\n    providers:\n      \
             - secretbox: {{keys: [{{name: key1, secret: \"{PLACEHOLDER}\"}}]}}\n      - identity: {{}}\n"
        )
    }

    #[test]
    fn two_keys_are_never_the_same() {
        let (one, two) = (fill(&planned("secrets")).unwrap(), fill(&planned("secrets")).unwrap());
        assert_ne!(one.reveal(), two.reveal());
        assert!(!one.reveal().contains(PLACEHOLDER));
        assert_eq!(redact(one.reveal()), planned("secrets"));
        assert_eq!(format!("{one:?}"), "Hidden");
    }

    #[test]
    fn a_key_outlives_a_change_of_what_is_encrypted() {
        let before = fill(&planned("secrets")).unwrap();
        assert!(matches!(key_action(before.reveal(), &planned("secrets"), false), KeyAction::Keep));
        let KeyAction::Carry(after) = key_action(before.reveal(), &planned("secrets, configmaps"), false) else {
            panic!("not carried")
        };
        assert_eq!(after.reveal(), before.reveal().replace("[secrets]", "[secrets, configmaps]"));
    }

    #[test]
    fn what_a_person_did_with_keys_stands() {
        let key = "c2VjcmV0";
        let old = format!("{{name: key1, secret: {key}}}");
        let two = planned("secrets").replace(&format!("{{name: key1, secret: \"{PLACEHOLDER}\"}}"), &{
            format!("{{name: key2, secret: bmV3}}, {old}")
        });
        assert!(two.contains("key2") && !two.contains(PLACEHOLDER));
        assert!(matches!(key_action(&two, &planned("pods"), false), KeyAction::Keep));
        assert!(!redact(&two).contains(key) && !redact(&two).contains("bmV3"));
        for other in ["", "a: [", "kind: EncryptionConfiguration\n", "secret: x\n"] {
            assert!(matches!(key_action(other, &planned("secrets"), false), KeyAction::Keep), "{other}");
        }
        assert!(!redact("secret: [c2VjcmV0\n").contains(key));
        assert!(matches!(key_action(&planned("secrets"), &planned("secrets"), false), KeyAction::Fill));
    }

    #[test]
    fn only_a_stage_moves_identity() {
        let planned = planned("secrets");
        let before = fill(&planned).unwrap();
        let secretbox = format!("- secretbox: {{keys: [{{name: key1, secret: \"{PLACEHOLDER}\"}}]}}");
        let first = planned
            .replace(&format!("{secretbox}\n      - identity: {{}}"), &format!("- identity: {{}}\n      {secretbox}"));
        assert_ne!(first, planned);
        assert!(matches!(key_action(before.reveal(), &first, false), KeyAction::Keep));
        let KeyAction::Carry(after) = key_action(before.reveal(), &first, true) else { panic!("not moved") };
        assert_eq!(redact(after.reveal()), first);
        let KeyAction::Carry(back) = key_action(after.reveal(), &planned, true) else { panic!("not moved back") };
        assert_eq!(back.reveal(), before.reveal());
        let other = planned.replace("key1", "key2");
        assert!(matches!(key_action(before.reveal(), &other, true), KeyAction::Keep), "a key that is called otherwise");
    }
}
