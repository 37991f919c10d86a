//! An object by what it is and where it is.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Location, ObjectId, Text};
use crate::k8s::object::Object;
use crate::k8s::resources::Resource;
use crate::yaml::{FileId, Node, Span};

/// An object of the input, small enough to be kept for all of them.
#[derive(Debug, Clone)]
pub struct ObjectRef {
    pub file: FileId,
    /// Its name, or the first key where it has none.
    pub span: Span,
    object_type: Type,
    namespace: Option<Arc<str>>,
    name: Box<str>,
}

impl ObjectRef {
    /// `namespaces` holds the namespace of the object before: neighbours mostly share it.
    pub(super) fn new(object: &Object<'_, '_>, file: FileId, namespaces: &mut Option<Arc<str>>) -> Self {
        let name = object.metadata.and_then(|metadata| metadata.get("name"));
        let namespace = object.namespace().map(|namespace| match namespaces {
            Some(last) if **last == *namespace => Arc::clone(last),
            last => Arc::clone(last.insert(Arc::from(namespace))),
        });
        Self {
            file,
            span: name.map_or_else(|| crate::k8s::pod::head(object.root), Node::span),
            object_type: Type::of(object),
            namespace,
            name: object.name().into(),
        }
    }

    /// `metadata.name`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `metadata.namespace`, if it is written down.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// `Deployment`.
    pub fn kind(&self) -> &str {
        self.object_type.parts().1
    }

    /// A place in its file.
    pub fn at(&self, span: Span, label: impl Into<Text>) -> Location {
        Location::new(self.file, span, label)
    }

    /// Its name as a place.
    pub fn place(&self, label: impl Into<Text>) -> Location {
        self.at(self.span, label)
    }

    /// Something is wrong with it at a place, in the field at `path`.
    pub fn diagnostic(&self, path: impl Into<Text>, place: Location, message: impl Into<Text>) -> Diagnostic {
        Diagnostic::new(place, message).about(self.id(), path)
    }

    /// Its whole identity, for a finding.
    pub fn id(&self) -> Arc<ObjectId> {
        let (api_version, kind) = self.object_type.parts();
        Arc::new(ObjectId {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: self.namespace().map(str::to_owned),
            name: self.name.to_string(),
        })
    }
}

impl std::fmt::Display for ObjectRef {
    /// ``Role `shop/web` ``.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} `{namespace}/{}`", self.kind(), self.name),
            None => write!(f, "{} `{}`", self.kind(), self.name),
        }
    }
}

/// API version and kind; those of nearly all objects are kept once.
#[derive(Debug, Clone)]
enum Type {
    Known(&'static Resource),
    Other(Box<(String, String)>),
}

impl Type {
    fn of(object: &Object<'_, '_>) -> Self {
        let known = object.kind.resource().filter(|known| known.api_version == object.api_version);
        let other = || Self::Other(Box::new((object.api_version.to_owned(), object.kind_name.to_owned())));
        known.map_or_else(other, Self::Known)
    }

    fn parts(&self) -> (&str, &str) {
        match self {
            Self::Known(known) => (known.api_version, known.kind),
            Self::Other(other) => (&other.0, &other.1),
        }
    }
}
