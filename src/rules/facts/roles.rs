//! Roles and their bindings.

use super::labels::{Labels, Selector};
use super::reference::ObjectRef;
use super::word::Word;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::{Field, head};
use crate::yaml::{Node, Span};

/// A Role or ClusterRole.
#[derive(Debug)]
pub struct Role {
    pub object: ObjectRef,
    /// Whether it is a ClusterRole.
    pub is_cluster: bool,
    /// Its labels, by which other roles take its rights over; empty for a Role.
    pub labels: Labels,
    /// The labels of the roles whose rights it takes over.
    pub aggregates: Box<[Selector]>,
    pub rules: Box<[PolicyRule]>,
}

/// An item of the `rules` of a role.
#[derive(Debug)]
pub struct PolicyRule {
    pub span: Span,
    /// `apiGroups`.
    pub groups: Box<[Word]>,
    /// `resources`.
    pub resources: Box<[Word]>,
    /// `resourceNames`.
    pub names: Box<[Word]>,
    /// `nonResourceURLs`.
    pub urls: Box<[Word]>,
    /// `verbs`.
    pub verbs: Box<[Word]>,
}

impl Role {
    pub(super) fn new(object: &Object<'_, '_>, reference: ObjectRef) -> Self {
        let is_cluster = object.kind == Kind::ClusterRole;
        let rules = object.root.get("rules").into_iter().flat_map(Node::items);
        let selectors =
            object.root.path(&["aggregationRule", "clusterRoleSelectors"]).into_iter().flat_map(Node::items);
        let labels = object.metadata.filter(|_| is_cluster).and_then(|metadata| metadata.get("labels"));
        Self {
            object: reference,
            is_cluster,
            labels: labels.map(Labels::of).unwrap_or_default(),
            aggregates: selectors.map(Selector::of).collect(),
            rules: rules.map(PolicyRule::of).collect(),
        }
    }
}

impl PolicyRule {
    fn of(node: Node<'_, '_>) -> Self {
        Self {
            span: head(node),
            groups: Word::list(node, "apiGroups"),
            resources: Word::list(node, "resources"),
            names: Word::list(node, "resourceNames"),
            urls: Word::list(node, "nonResourceURLs"),
            verbs: Word::list(node, "verbs"),
        }
    }
}

/// A RoleBinding or ClusterRoleBinding.
#[derive(Debug)]
pub struct Binding {
    pub object: ObjectRef,
    /// Whether it is a ClusterRoleBinding.
    pub is_cluster: bool,
    /// `roleRef.kind`.
    pub role_kind: Option<Word>,
    /// `roleRef.name`.
    pub role: Option<Word>,
    /// Who gets the role.
    pub subjects: Box<[Subject]>,
}

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectKind {
    User,
    /// A group of users or ServiceAccounts.
    Group,
    ServiceAccount,
}

/// One who gets a role.
#[derive(Debug)]
pub struct Subject {
    pub kind: SubjectKind,
    /// Its name, with the place.
    pub name: Word,
    /// The namespace of a ServiceAccount, if it is written down.
    pub namespace: Option<Box<str>>,
}

impl Binding {
    pub(super) fn new(object: &Object<'_, '_>, reference: ObjectRef) -> Self {
        let role = Field::of(object.root, "roleRef").map(|field| field.value);
        let subjects = object.root.get("subjects").into_iter().flat_map(Node::items);
        Self {
            object: reference,
            is_cluster: object.kind == Kind::ClusterRoleBinding,
            role_kind: role.and_then(|role| Word::field(role, "kind")),
            role: role.and_then(|role| Word::field(role, "name")),
            subjects: subjects.filter_map(Subject::of).collect(),
        }
    }

    /// Whether the role that it names is a ClusterRole.
    pub fn names_cluster_role(&self) -> bool {
        self.role_kind.as_ref().is_some_and(|kind| &*kind.text == "ClusterRole")
    }

    /// The namespace of a subject: that of the binding, where the subject does not say.
    pub fn namespace_of<'f>(&'f self, subject: &'f Subject) -> Option<&'f str> {
        subject.namespace.as_deref().or_else(|| self.object.namespace())
    }
}

impl Subject {
    fn of(node: Node<'_, '_>) -> Option<Self> {
        let kind = match node.get("kind")?.as_str()? {
            "User" => SubjectKind::User,
            "Group" => SubjectKind::Group,
            "ServiceAccount" => SubjectKind::ServiceAccount,
            _ => return None,
        };
        let namespace = node.get("namespace").and_then(Node::as_str).filter(|namespace| !namespace.is_empty());
        Some(Self { kind, name: Word::field(node, "name")?, namespace: namespace.map(Into::into) })
    }
}
