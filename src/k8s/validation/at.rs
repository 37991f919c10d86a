//! A value of an object and where it stands.

use std::collections::HashMap;

use crate::k8s::pod::{Field, head};
use crate::k8s::quantity::Quantity;
use crate::yaml::{Fingerprint, Kind, Node, Span};

/// A value, with the key that it stands under; a member of a list has none.
#[derive(Debug, Clone, Copy)]
pub struct At<'d, 's> {
    /// The key.
    pub key: Option<Node<'d, 's>>,
    /// The value, never null.
    pub node: Node<'d, 's>,
}

impl<'d, 's> From<Field<'d, 's>> for At<'d, 's> {
    fn from(field: Field<'d, 's>) -> Self {
        Self { key: Some(field.key), node: field.value }
    }
}

impl<'d, 's> At<'d, 's> {
    /// A member of a list, or the object itself.
    pub fn item(node: Node<'d, 's>) -> Self {
        Self { key: None, node }
    }

    /// A field of it; `None` where it is absent or null.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        Field::of(self.node, name).map(Self::from)
    }

    /// Several fields of it, found in one pass.
    pub(crate) fn fields<const N: usize>(self, names: [&str; N]) -> [Option<Self>; N] {
        let mut found = [None; N];
        let prints = names.map(Fingerprint::of);
        for (key, value) in self.node.fields() {
            let Some(print) = key.fingerprint() else { continue };
            let is_it = |(wanted, name): (&Fingerprint, &&str)| *wanted == print && key.text() == Some(*name);
            if let Some(slot) = prints.iter().zip(&names).position(is_it).and_then(|at| found.get_mut(at)) {
                *slot = (!value.is_null()).then_some(Self { key: Some(key), node: value });
            }
        }
        found
    }

    /// The fields that are there, of a choice, in the order of the choice.
    pub(crate) fn present<const N: usize>(self, names: [&str; N]) -> impl Iterator<Item = Self> {
        self.fields(names).into_iter().flatten()
    }

    /// Follows keys downwards.
    pub(crate) fn path(self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self, |at, key| at.get(key))
    }

    /// The members of a list.
    pub(crate) fn items(self) -> impl ExactSizeIterator<Item = Self> + use<'d, 's> {
        self.node.items().map(Self::item)
    }

    /// The entries of a mapping that hold something.
    pub(crate) fn entries(self) -> impl Iterator<Item = Self> + use<'d, 's> {
        let entries = self.node.fields().filter(|(_, value)| !value.is_null());
        entries.map(|(key, node)| Self { key: Some(key), node })
    }

    /// The same by their names, for who looks up many.
    pub(crate) fn by_name(self) -> HashMap<&'d str, Self> {
        self.entries().map(|entry| (entry.name(), entry)).collect()
    }

    /// The members of a field that is a list.
    pub(crate) fn each(self, name: &str) -> impl Iterator<Item = Self> + use<'d, 's> {
        self.get(name).into_iter().flat_map(Self::items)
    }

    /// Its key.
    pub(crate) fn name(self) -> &'d str {
        self.key.and_then(Node::text).unwrap_or_default()
    }

    /// A text, an empty one too.
    pub(crate) fn any_str(self) -> Option<&'d str> {
        self.node.as_str()
    }

    /// A text that is not empty.
    pub(crate) fn str(self) -> Option<&'d str> {
        self.node.as_str().filter(|text| !text.is_empty())
    }

    /// The text of a field, if it is not empty.
    pub(crate) fn text(self, name: &str) -> Option<&'d str> {
        self.node.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A whole number.
    pub(crate) fn int(self) -> Option<i128> {
        self.node.as_int()
    }

    /// Whether it is `true`.
    pub(crate) fn is_true(self) -> bool {
        self.node.as_bool() == Some(true)
    }

    /// Whether it is a list or mapping without members, or an empty text.
    pub(crate) fn is_empty(self) -> bool {
        match self.node.kind() {
            Kind::Sequence => self.node.items().len() == 0,
            Kind::Mapping => self.node.entries().len() == 0,
            Kind::Scalar => self.node.text() == Some(""),
        }
    }

    /// An amount.
    pub(crate) fn quantity(self) -> Option<Quantity> {
        Quantity::parse(self.node.text()?.trim()).ok()
    }

    /// Where a report points: the value of a scalar, the key of what is longer.
    pub fn span(self) -> Span {
        match (self.node.kind(), self.key) {
            (Kind::Scalar, _) | (_, None) if self.node.kind() == Kind::Scalar => self.node.span(),
            (_, Some(key)) => key.span(),
            (_, None) => head(self.node),
        }
    }
}

/// Whether an optional value is `true`.
pub(crate) fn is_true(at: Option<At<'_, '_>>) -> bool {
    at.is_some_and(At::is_true)
}

/// The text of an optional value, if it is not empty.
pub(crate) fn text<'d>(at: Option<At<'d, '_>>) -> Option<&'d str> {
    at.and_then(At::str)
}
