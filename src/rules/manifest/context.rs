//! What the rules of this group know of the object at hand.

use crate::diagnostic::Diagnostic;
use crate::k8s::fields::KindInfo;
use crate::k8s::object::{Kind, Object};
use crate::k8s::schema::{Fault, SchemaFault};
use crate::k8s::version::Version;
use crate::rules::Rule;
use crate::rules::path;
use crate::yaml::{Node, Span};

/// An object, and what Kubernetes knows of its kind.
pub(super) struct Context<'c, 'd, 's> {
    pub(super) object: &'c Object<'d, 's>,
    /// The kind, if the release has it.
    pub(super) info: Option<&'static KindInfo>,
    pub(super) version: Version,
}

impl<'d, 's> Context<'_, 'd, 's> {
    /// The path of what is written at a place, such as `spec.containers[web].image`.
    pub(super) fn path(&self, span: Span) -> String {
        path::at(self.object.root, span)
    }

    /// The same of the mapping that holds a key; the kind, for the keys of the object itself.
    pub(super) fn owner(&self, key: Node<'d, 's>) -> String {
        match path::parent(&self.path(key.span())) {
            "" => format!("a {}", self.object.kind_name),
            parent => format!("`{parent}`"),
        }
    }

    /// Where the API version is written, or else the first line of the object.
    pub(super) fn place_of(&self, key: &str) -> Span {
        self.object.root.get(key).map_or_else(|| crate::k8s::pod::head(self.object.root), Node::span)
    }

    /// Adds to a report what all of them have.
    pub(super) fn complete(&self, report: Diagnostic, problem: &SchemaFault<'d, 's>) -> Diagnostic {
        let container = problem.container.and_then(|container| container.get("name")).and_then(Node::as_str);
        let report = container.filter(|name| !name.is_empty()).into_iter().fold(report, Diagnostic::container);
        match secret_value(&problem.fault) {
            Some(span) if self.object.kind == Kind::Secret => report.hide([span]),
            _ => report,
        }
    }
}

/// The value, where a fault is about one.
fn secret_value(fault: &Fault<'_, '_>) -> Option<Span> {
    match fault {
        Fault::WrongType { node, .. } | Fault::Malformed { node, .. } | Fault::Unreadable { node, .. } => {
            Some(node.span())
        }
        _ => None,
    }
}

/// What was found, and the rule that it breaks.
pub(super) type Found = (&'static Rule, Diagnostic);
