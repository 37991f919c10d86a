//! Texts of the input that a rule may have to point at.

use std::collections::HashSet;

use crate::k8s::pod::Field;
use crate::yaml::{Node, Span};

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: Box<str>,
    pub span: Span,
}

impl Word {
    /// The text of a node; `None` for what is no string.
    pub(super) fn of(node: Node<'_, '_>) -> Option<Self> {
        Some(Self { text: node.as_str()?.into(), span: node.span() })
    }

    /// The text of a field; `None` where it is absent, empty or no string.
    pub(super) fn field(node: Node<'_, '_>, key: &str) -> Option<Self> {
        Self::of(Field::of(node, key)?.value).filter(|word| !word.text.is_empty())
    }

    /// The strings of a list below a key, each once: rules hold lists against each other, and a list may be long.
    pub(super) fn list(node: Node<'_, '_>, key: &str) -> Box<[Self]> {
        let mut seen = HashSet::new();
        let list = node.get(key).into_iter().flat_map(Node::items);
        list.filter(|item| item.as_str().is_some_and(|text| seen.insert(text))).filter_map(Self::of).collect()
    }
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.text
    }
}
