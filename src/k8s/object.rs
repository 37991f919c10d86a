//! What an object of a manifest is: its API version, kind, name and namespace, wherever it stands in a stream.

use super::fields;
pub use super::kind::Kind;
use super::resources::{self, Resource};
use crate::yaml::{Document, Kind as NodeKind, Node};

impl Kind {
    /// The kind that an object names.
    pub fn of(api_version: &str, kind: &str) -> Self {
        let known = Self::named(kind);
        let group = resources::group_of(api_version);
        let is_ours = known.resource().is_some_and(|resource| resource.group() == group);
        // such as the Deployment of `extensions/v1beta1`
        let was_ours = || known != Self::Other && fields::table().removed(api_version, kind).is_some();
        if is_ours || was_ours() { known } else { Self::Other }
    }

    /// Where the API server has it; none for [`Kind::Other`].
    pub fn resource(self) -> Option<&'static Resource> {
        resources::table().of(self)
    }

    /// Whether objects of the kind live in no namespace.
    pub fn is_cluster_scoped(self) -> bool {
        self.resource().is_some_and(|resource| !resource.namespaced)
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
        self.kind_name.ends_with("List") && items(self.root).is_some()
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

/// What is listed in an object.
fn items<'d, 's>(root: Node<'d, 's>) -> Option<Node<'d, 's>> {
    root.get("items").filter(|items| items.kind() == NodeKind::Sequence)
}

/// Calls `each` for every object of a document, the members of `List` and of typed lists included, and gives the number of
/// documents or members that are no Kubernetes objects. Whatever the kind of the outermost object: kubectl takes it for a list
/// if it has `items`.
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
    let typed = object.kind_name.strip_suffix("List");
    let member = typed.or((depth == MAX_LISTS).then_some(object.kind_name));
    let members = items(root).zip(member).zip(depth.checked_sub(1));
    if typed.is_none() || members.is_none() {
        each(object);
    }
    let Some(((items, member), depth)) = members else { return 0 };
    // `List` may hold anything, a typed list only its own kind, whose members need not repeat it
    let implied = if member.is_empty() { ("", "") } else { (object.api_version, member) };
    items.items().map(|item| visit(item, implied, depth, each)).sum()
}
