//! Finding members of a list that share what should be their own.

use std::collections::HashMap;

use crate::k8s::pod::Field;
use crate::yaml::{Node, Span};

/// So many members are compared each with each, which is quicker than a map, and allocates nothing.
const FEW: usize = 16;

/// Two members that share a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Twice<'d> {
    pub(super) name: &'d str,
    /// The field of the first, and the place of its member in the list.
    pub(super) first: Span,
    pub(super) first_index: usize,
    /// The field of the one that repeats it.
    pub(super) second: Span,
}

/// Calls `found` for each member whose key field has the value of an earlier one's.
pub(super) fn each<'d>(list: Node<'d, '_>, key: &str, found: &mut dyn FnMut(Twice<'d>)) {
    among(list.items().map(|item| Field::of(item, key)), found);
}

/// As [`each`], for fields that are found already.
pub(super) fn among<'d, 's: 'd>(fields: impl Iterator<Item = Option<Field<'d, 's>>>, found: &mut dyn FnMut(Twice<'d>)) {
    let mut few = [("", (0, Span::default())); FEW];
    let mut many: HashMap<&str, (usize, Span)> = HashMap::new();
    for (at, field) in fields.enumerate() {
        let Some(field) = field else { continue };
        let Some(name) = field.value.text().filter(|text| !text.is_empty()) else { continue };
        let second = field.span();
        let earlier = few.iter().find(|(other, _)| *other == name).map(|(_, place)| *place);
        if let Some((first_index, first)) = earlier.or_else(|| many.get(name).copied()) {
            found(Twice { name, first, first_index, second });
        } else if let Some(free) = few.get_mut(at) {
            *free = (name, (at, second));
        } else {
            many.insert(name, (at, second));
        }
    }
}
