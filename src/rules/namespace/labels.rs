//! Labels of objects, and where to point for one that is missing.

use crate::k8s::object::Object;
use crate::k8s::pod::Field;
use crate::k8s::pod_security::labels;
use crate::yaml::Span;

/// A label of an object.
pub(super) fn label<'d, 's>(object: &Object<'d, 's>, key: &str) -> Option<Field<'d, 's>> {
    Field::of(object.metadata?.get("labels")?, key)
}

/// The label of a namespace that says which level is enforced, where it is there.
pub(super) fn enforced<'d, 's>(namespace: &Object<'d, 's>) -> Option<Field<'d, 's>> {
    label(namespace, labels::ENFORCE)
}

/// Where to point for a label that an object lacks: the key `labels`, or the object's name, or its first line.
pub(super) fn labels_place(object: &Object<'_, '_>) -> Span {
    let Some(metadata) = object.metadata else { return crate::k8s::pod::head(object.root) };
    let field = Field::of(metadata, "labels").map(|labels| labels.key.span());
    field.or_else(|| Field::of(metadata, "name").map(Field::span)).unwrap_or_else(|| crate::k8s::pod::head(metadata))
}
