//! An object by what it is and where it is.

use std::borrow::Cow;
use std::sync::Arc;

use crate::kube::object::Object;
use crate::rules::finding::{FileId, ObjectId, Place};
use crate::yaml::{Node, Span};

/// An object of the input, small enough to be kept for all of them.
#[derive(Debug, Clone)]
pub struct ObjectRef {
    /// The file.
    pub file: FileId,
    /// Its name, or the first key where it has none.
    pub span: Span,
    api_version: Cow<'static, str>,
    kind: Cow<'static, str>,
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
            span: name.map_or_else(|| crate::kube::pod::head(object.root), Node::span),
            api_version: well_known(object.api_version),
            kind: well_known(object.kind_name),
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
        &self.kind
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
        Arc::new(ObjectId {
            api_version: self.api_version.to_string(),
            kind: self.kind.to_string(),
            namespace: self.namespace().map(str::to_owned),
            name: self.name.to_string(),
        })
    }
}

impl std::fmt::Display for ObjectRef {
    /// ``Role `shop/web` ``.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} `{namespace}/{}`", self.kind, self.name),
            None => write!(f, "{} `{}`", self.kind, self.name),
        }
    }
}

/// What nearly all objects say of themselves, kept once.
const WELL_KNOWN: [&str; 24] = [
    "v1",
    "apps/v1",
    "batch/v1",
    "networking.k8s.io/v1",
    "rbac.authorization.k8s.io/v1",
    "gateway.networking.k8s.io/v1",
    "Deployment",
    "Pod",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "CronJob",
    "Service",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "NetworkPolicy",
    "Ingress",
    "HTTPRoute",
    "Gateway",
    "ResourceQuota",
    "LimitRange",
];

fn well_known(text: &str) -> Cow<'static, str> {
    let known = WELL_KNOWN.into_iter().find(|known| *known == text);
    known.map_or_else(|| Cow::Owned(text.to_owned()), Cow::Borrowed)
}
