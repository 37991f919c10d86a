//! Texts of configuration files with their places, and edits of them.

use super::context::Context;
use crate::yaml::edit::{self, Edit};
use crate::yaml::{Node, Span};

/// A text with its place.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    pub span: Span,
}

pub(super) fn word(node: Option<Node<'_, '_>>, context: &Context<'_>) -> Option<Word> {
    let node = node?;
    Some(Word { text: node.text()?.to_owned(), span: context.span(node.span()) })
}

/// Gives a key of a mapping another value.
pub(super) fn replace(context: &Context<'_>, map: Node<'_, '_>, key: &str, value: &str) -> Option<Edit> {
    context.edit(edit::set(context.text, map, &[key], &value.into()))
}
