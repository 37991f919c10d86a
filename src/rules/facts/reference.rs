//! An object by what it is and where it is.

use std::sync::Arc;

use crate::k8s::object::Object;
use crate::rules::finding::{FileId, ObjectId, Place};
use crate::yaml::{Node, Span};

/// An object of the input, small enough to be kept for all of them.
#[derive(Debug, Clone)]
pub struct ObjectRef {
    /// The file.
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
    pub fn at(&self, span: Span, label: impl Into<String>) -> Place {
        Place { file: self.file, span, label: label.into() }
    }

    /// Its name as a place.
    pub fn place(&self, label: impl Into<String>) -> Place {
        self.at(self.span, label)
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

/// The types of nearly all objects, kept once.
const WELL_KNOWN: [(&str, &str); 22] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "Namespace"),
    ("v1", "ServiceAccount"),
    ("v1", "ReplicationController"),
    ("v1", "ResourceQuota"),
    ("v1", "LimitRange"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("networking.k8s.io/v1", "Ingress"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("v1", "PodTemplate"),
];

/// API version and kind.
#[derive(Debug, Clone)]
enum Type {
    Known(&'static (&'static str, &'static str)),
    Other(Box<(String, String)>),
}

impl Type {
    fn of(object: &Object<'_, '_>) -> Self {
        let known = WELL_KNOWN.iter().find(|known| known.1 == object.kind_name && known.0 == object.api_version);
        let other = || Self::Other(Box::new((object.api_version.to_owned(), object.kind_name.to_owned())));
        known.map_or_else(other, Self::Known)
    }

    fn parts(&self) -> (&str, &str) {
        match self {
            Self::Known((api_version, kind)) => (api_version, kind),
            Self::Other(other) => (&other.0, &other.1),
        }
    }
}
