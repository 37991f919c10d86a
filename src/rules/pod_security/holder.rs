//! What has a security context: a pod, or a container of it.

use crate::diagnostic::Diagnostic;
use crate::k8s::pod::{Container, Field, Pod, SecurityFields};
use crate::yaml::{Node, Span, Value};

/// What has a security context.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'c, 'd, 's> {
    Pod(&'c Pod<'d, 's>),
    Container(&'c Container<'d, 's>),
}

impl<'c, 'd, 's> Holder<'c, 'd, 's> {
    /// The pod, then its containers in the order in which the API server visits them.
    pub(super) fn all(pod: &'c Pod<'d, 's>) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Pod(pod)).chain(pod.containers.iter().map(Self::Container))
    }

    pub(super) fn security(self) -> &'c SecurityFields<'d, 's> {
        match self {
            Self::Pod(pod) => &pod.security,
            Self::Container(container) => &container.security,
        }
    }

    /// The mapping that the key `securityContext` belongs to.
    pub(super) fn node(self) -> Node<'d, 's> {
        match self {
            Self::Pod(pod) => pod.spec,
            Self::Container(container) => container.node,
        }
    }

    /// A report that begins with its name: `what` is a verb and the rest.
    pub(super) fn report(self, span: Span, what: &str) -> Diagnostic {
        match self {
            Self::Pod(_) => Diagnostic::new(span, format!("the pod {what}")),
            Self::Container(container) => {
                Diagnostic::new(span, format!("container `{}` {what}", container.name())).container(container.name())
            }
        }
    }
}

/// A text field; what is absent, null or no text is empty, as the zero value of the API server.
pub(super) fn text<'d>(field: Option<Field<'d, '_>>) -> &'d str {
    field.and_then(|field| field.value.as_str()).unwrap_or("")
}

/// A whole number. `80.0` is one: kubectl sends it as `80`.
pub(super) fn whole(field: Option<Field<'_, '_>>) -> Option<i128> {
    match field?.value.value()?.ok()? {
        Value::Int(number) => Some(number),
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(number as i128),
        _ => None,
    }
}
