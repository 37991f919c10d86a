//! What an object of a manifest is: its API version, kind, name and namespace, wherever it stands in a stream.

use crate::yaml::{Document, Kind as NodeKind, Node};

/// The kinds that rules look into; the group decides, not its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Pod,
    PodTemplate,
    ReplicationController,
    ReplicaSet,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Namespace,
    ServiceAccount,
    Service,
    ConfigMap,
    Secret,
    ResourceQuota,
    LimitRange,
    PersistentVolume,
    NetworkPolicy,
    Ingress,
    Gateway,
    HttpRoute,
    Role,
    ClusterRole,
    RoleBinding,
    ClusterRoleBinding,
    /// Any other: a built-in kind that no rule asks for, or a custom resource.
    Other,
}

impl Kind {
    /// The kind that an object names.
    pub fn of(api_version: &str, kind: &str) -> Self {
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        match (group, kind) {
            ("", "Pod") => Self::Pod,
            ("", "PodTemplate") => Self::PodTemplate,
            ("", "ReplicationController") => Self::ReplicationController,
            ("apps" | "extensions", "ReplicaSet") => Self::ReplicaSet,
            ("apps" | "extensions", "Deployment") => Self::Deployment,
            ("apps", "StatefulSet") => Self::StatefulSet,
            ("apps" | "extensions", "DaemonSet") => Self::DaemonSet,
            ("batch", "Job") => Self::Job,
            ("batch", "CronJob") => Self::CronJob,
            ("", "Namespace") => Self::Namespace,
            ("", "ServiceAccount") => Self::ServiceAccount,
            ("", "Service") => Self::Service,
            ("", "ConfigMap") => Self::ConfigMap,
            ("", "Secret") => Self::Secret,
            ("", "ResourceQuota") => Self::ResourceQuota,
            ("", "LimitRange") => Self::LimitRange,
            ("", "PersistentVolume") => Self::PersistentVolume,
            ("networking.k8s.io" | "extensions", "NetworkPolicy") => Self::NetworkPolicy,
            ("networking.k8s.io" | "extensions", "Ingress") => Self::Ingress,
            ("gateway.networking.k8s.io", "Gateway") => Self::Gateway,
            ("gateway.networking.k8s.io", "HTTPRoute") => Self::HttpRoute,
            ("rbac.authorization.k8s.io", "Role") => Self::Role,
            ("rbac.authorization.k8s.io", "ClusterRole") => Self::ClusterRole,
            ("rbac.authorization.k8s.io", "RoleBinding") => Self::RoleBinding,
            ("rbac.authorization.k8s.io", "ClusterRoleBinding") => Self::ClusterRoleBinding,
            _ => Self::Other,
        }
    }

    /// Where the pod spec and the metadata of its pods are, as keys from the object's root; `None` for kinds without pods.
    pub fn pod_path(self) -> Option<PodPath> {
        let (metadata, spec): (&[&str], &[&str]) = match self {
            Self::Pod => (&["metadata"], &["spec"]),
            Self::PodTemplate => (&["template", "metadata"], &["template", "spec"]),
            Self::ReplicationController
            | Self::ReplicaSet
            | Self::Deployment
            | Self::StatefulSet
            | Self::DaemonSet
            | Self::Job => (&["spec", "template", "metadata"], &["spec", "template", "spec"]),
            Self::CronJob => (
                &["spec", "jobTemplate", "spec", "template", "metadata"],
                &["spec", "jobTemplate", "spec", "template", "spec"],
            ),
            _ => return None,
        };
        Some(PodPath { metadata, spec })
    }

    /// Whether objects of the kind live in no namespace.
    pub fn is_cluster_scoped(self) -> bool {
        matches!(self, Self::Namespace | Self::PersistentVolume | Self::ClusterRole | Self::ClusterRoleBinding)
    }
}

/// Where an object keeps its pods.
#[derive(Debug, Clone, Copy)]
pub struct PodPath {
    /// Keys down to the metadata of the pods.
    pub metadata: &'static [&'static str],
    /// Keys down to the pod spec.
    pub spec: &'static [&'static str],
}

/// An object of a manifest.
#[derive(Debug, Clone, Copy)]
pub struct Object<'d, 's> {
    /// The whole of it.
    pub root: Node<'d, 's>,
    /// `apps/v1`; empty where it was forgotten.
    pub api_version: &'d str,
    /// `Deployment`; empty where it was forgotten.
    pub kind_name: &'d str,
    /// The kind as rules ask for it.
    pub kind: Kind,
    /// `metadata`, if it is a mapping.
    pub metadata: Option<Node<'d, 's>>,
}

impl<'d, 's> Object<'d, 's> {
    /// The object that a node is; `None` for what is no Kubernetes object, as a values file.
    pub fn new(root: Node<'d, 's>) -> Option<Self> {
        Self::with_type(root, "", "")
    }

    /// As [`Object::new`], with the type that the list around it implies.
    fn with_type(root: Node<'d, 's>, api_version: &'d str, kind_name: &'d str) -> Option<Self> {
        let text = |key: &str| root.get(key).and_then(Node::as_str);
        let api_version = text("apiVersion").unwrap_or(api_version);
        let kind_name = text("kind").filter(|kind| !kind.is_empty()).unwrap_or(kind_name);
        let metadata = root.get("metadata").filter(|node| node.kind() == NodeKind::Mapping);
        let is_object = match (api_version.is_empty(), kind_name.is_empty()) {
            (false, false) => true,
            (true, true) => false,
            // one of them was forgotten
            _ => metadata.is_some(),
        };
        if !is_object {
            return None;
        }
        Some(Self { root, api_version, kind_name, kind: Kind::of(api_version, kind_name), metadata })
    }

    /// Whether it only carries other objects, as `List` does.
    pub fn is_list(&self) -> bool {
        let is_sequence = |items: Node<'_, '_>| items.kind() == NodeKind::Sequence;
        self.kind_name.ends_with("List") && self.root.get("items").is_some_and(is_sequence)
    }

    /// `metadata.name`; empty if there is none.
    pub fn name(&self) -> &'d str {
        let of = |key: &str| self.metadata.and_then(|metadata| metadata.get(key)).and_then(Node::as_str);
        of("name").or_else(|| of("generateName")).unwrap_or("")
    }

    /// `metadata.namespace`, if it is written down and not empty.
    pub fn namespace(&self) -> Option<&'d str> {
        let namespace = self.metadata?.get("namespace")?.as_str()?;
        Some(namespace).filter(|namespace| !namespace.is_empty())
    }

    /// An annotation of the object itself.
    pub fn annotation(&self, key: &str) -> Option<Node<'d, 's>> {
        self.metadata?.get("annotations")?.get(key)
    }

    /// A label of the object itself.
    pub fn label(&self, key: &str) -> Option<Node<'d, 's>> {
        self.metadata?.get("labels")?.get(key)
    }
}

/// Members of lists within lists within lists: no client writes that, and a bomb may.
const MAX_LISTS: u8 = 4;

/// Calls `each` for every object of a document, the members of `List` and of typed lists included, and gives the number of
/// documents or members that are no Kubernetes objects.
pub fn for_each<'d, 's>(document: &'d Document<'s>, each: &mut impl FnMut(Object<'d, 's>)) -> usize {
    let Some(root) = document.root() else { return 0 };
    visit(root, ("", ""), MAX_LISTS, each)
}

fn visit<'d, 's>(
    root: Node<'d, 's>,
    (api_version, kind): (&'d str, &'d str),
    depth: u8,
    each: &mut impl FnMut(Object<'d, 's>),
) -> usize {
    let Some(object) = Object::with_type(root, api_version, kind) else { return 1 };
    let items = root.get("items").filter(|items| items.kind() == NodeKind::Sequence);
    let (Some(items), Some(member), Some(depth)) = (items, object.kind_name.strip_suffix("List"), depth.checked_sub(1))
    else {
        each(object);
        return 0;
    };
    // `List` may hold anything, a typed list only its own kind, whose members need not repeat it
    let implied = if member.is_empty() { ("", "") } else { (object.api_version, member) };
    items.items().map(|item| visit(item, implied, depth, each)).sum()
}
