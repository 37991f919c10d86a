//! What containers ask for and are limited to, which several rules look at.

use crate::k8s::pod::{Container, Field, Role};
use crate::k8s::quantity::Quantity;
use crate::k8s::version::Version;
use crate::rules::sink::PodContext;
use crate::yaml::{Node, Span};

/// The first release in which a pod's own resources count without a feature gate of one's own.
const POD_RESOURCES: u8 = 34;

/// `requests` or `limits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Requests,
    Limits,
}

impl Bound {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Limits => "limits",
        }
    }
}

/// The amount of a resource that a `resources` field sets.
pub(super) fn amount<'d, 's>(resources: Option<Field<'d, 's>>, bound: Bound, name: &str) -> Option<Node<'d, 's>> {
    resources?.value.get(bound.as_str())?.get(name).filter(|amount| !amount.is_null())
}

/// Whether an amount is there and not zero, which stands for none.
fn is_set(amount: Option<Node<'_, '_>>) -> bool {
    let text = amount.and_then(Node::text);
    text.is_some_and(|text| Quantity::parse(text).is_ok_and(|quantity| !quantity.is_zero()))
}

/// The containers that lack a resource, with the place where it belongs. Ephemeral containers can have none; what the pod
/// sets as a whole counts for all, and so does what a LimitRange gives.
pub(super) fn lacking<'c, 'd, 's>(
    context: &PodContext<'c, 'd, 's>,
    release: Version,
    bound: Bound,
    name: &'static str,
) -> impl Iterator<Item = (&'c Container<'d, 's>, Span)> + use<'c, 'd, 's> {
    let pod = context.pod;
    let sets = move |resources, bound| is_set(amount(resources, bound, name));
    // a limit without a request is the request too
    let has = move |resources| sets(resources, bound) || bound == Bound::Requests && sets(resources, Bound::Limits);
    // a pod as a whole can have processor time and memory only
    let whole = release.minor() >= POD_RESOURCES && name != "ephemeral-storage" && has(pod.fields.resources);
    let given = match bound {
        Bound::Limits => context.defaults.limits,
        Bound::Requests => context.defaults.requests,
    };
    let containers = if whole || given.has(name) { [].iter() } else { pod.containers.iter() };
    containers
        .filter(move |container| container.role != Role::Ephemeral && !has(container.fields.resources))
        .map(move |container| (container, place(container, bound)))
}

/// The innermost key that is there of `resources.limits`, or the container.
fn place(container: &Container<'_, '_>, bound: Bound) -> Span {
    let Some(resources) = container.fields.resources else { return container.place() };
    Field::of(resources.value, bound.as_str()).unwrap_or(resources).key.span()
}
