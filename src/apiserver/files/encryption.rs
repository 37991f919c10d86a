//! Encryption at rest: for each group of resources a list of providers, of which the first writes.

use crate::k8s::pod::head;
use crate::yaml::{Node, Span, base64};

use super::context::Context;
use super::text::{Word, word};

/// An `EncryptionConfiguration`.
#[derive(Debug, Clone)]
pub struct Encryption {
    /// Its groups of resources.
    pub groups: Vec<Group>,
}

/// Resources with their providers.
#[derive(Debug, Clone)]
pub struct Group {
    pub span: Span,
    /// `secrets`, `*.*`, ...
    pub resources: Vec<String>,
    /// The providers, in their order.
    pub providers: Vec<Provider>,
}

#[derive(Debug, Clone)]
pub struct Provider {
    /// `aescbc`, `secretbox`, `kms`, `identity`, ...
    pub kind: Word,
    /// `apiVersion` of a `kms`; `v1` if it does not say.
    pub version: String,
    pub keys: Vec<Key>,
}

#[derive(Debug, Clone)]
pub struct Key {
    /// The bytes that are the secret.
    pub span: Span,
    /// How long it is, in bytes; `None` if it is no base64.
    pub length: Option<usize>,
    /// Whether anybody could guess it: a placeholder, one byte over and over, or text that people type.
    pub guessable: bool,
    /// Whether it stands for a key that is filled in later: `${KEY}`, `<key>`.
    pub placeholder: bool,
}

impl Group {
    /// Whether Secrets are among the resources.
    pub fn holds_secrets(&self) -> bool {
        self.resources.iter().any(|resource| matches!(resource.as_str(), "secrets" | "secrets." | "*." | "*.*"))
    }
}

impl Encryption {
    pub(super) fn of(root: Node<'_, '_>, context: &Context<'_>) -> Self {
        let groups = root.get("resources").into_iter().flat_map(Node::items).map(|group| Group {
            span: context.span(head(group)),
            resources: group
                .get("resources")
                .into_iter()
                .flat_map(Node::items)
                .filter_map(|item| item.text().map(str::to_owned))
                .collect(),
            providers: group
                .get("providers")
                .into_iter()
                .flat_map(Node::items)
                .filter_map(|item| provider(item, context))
                .collect(),
        });
        Self { groups: groups.collect() }
    }
}

fn provider(node: Node<'_, '_>, context: &Context<'_>) -> Option<Provider> {
    let (key, value) = node.fields().next()?;
    let keys =
        value.get("keys").into_iter().flat_map(Node::items).filter_map(|key| self::key(key.get("secret")?, context));
    Some(Provider {
        kind: word(Some(key), context)?,
        version: value.get("apiVersion").and_then(Node::text).unwrap_or("v1").to_owned(),
        keys: keys.collect(),
    })
}

fn key(node: Node<'_, '_>, context: &Context<'_>) -> Option<Key> {
    let bytes = base64::decode(node.text()?);
    let text = node.text()?.trim();
    let placeholder = text.contains(['<', '{', '$']) || text.eq_ignore_ascii_case("changeme") || text.is_empty();
    let guessable = bytes.as_deref().is_some_and(is_guessable);
    Some(Key { span: context.span(node.span()), length: bytes.map(|bytes| bytes.len()), guessable, placeholder })
}

/// Thirty-two random bytes are practically never all printable, nor the same, nor counted up.
fn is_guessable(bytes: &[u8]) -> bool {
    let printable = bytes.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte == b'\n');
    let steps = || bytes.iter().zip(bytes.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a));
    let even = steps().all(|step| steps().next() == Some(step));
    bytes.len() >= 2 && (printable || even)
}
