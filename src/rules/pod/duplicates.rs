//! Finding members of a list that share what should be their own.

use std::collections::HashMap;

use crate::kube::pod::Field;
use crate::yaml::{Node, Span};

/// So many members are compared each with each, which is quicker than a map, and allocates nothing.
const FEW: usize = 16;

/// Calls `found` with the value and the spans of the first and the repeating field, for each member whose key field has the
/// value of an earlier one's.
pub(super) fn each<'d, 's>(list: Node<'d, 's>, key: &str, found: &mut dyn FnMut(Node<'d, 's>, Span, Span)) {
    among(list.items().filter_map(|item| Field::of(item, key)), found);
}

/// As [`each`], for fields that are found already.
pub(super) fn among<'d, 's>(
    fields: impl Iterator<Item = Field<'d, 's>>,
    found: &mut dyn FnMut(Node<'d, 's>, Span, Span),
) {
    let mut few = [("", Span::default()); FEW];
    let mut many: HashMap<&str, Span> = HashMap::new();
    for (at, field) in fields.enumerate() {
        let Some(text) = field.value.text().filter(|text| !text.is_empty()) else { continue };
        let earlier = few.iter().find(|(other, _)| *other == text).map(|(_, span)| *span);
        if let Some(first) = earlier.or_else(|| many.get(text).copied()) {
            found(field.value, first, field.span());
        } else if let Some(free) = few.get_mut(at) {
            *free = (text, field.span());
        } else {
            many.insert(text, field.span());
        }
    }
}
