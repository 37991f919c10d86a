//! Sources that something works on before they are applied: what stands in them for something else is no mistake.

use crate::k8s::object::Object;
use crate::k8s::resources::group_of;
use crate::k8s::schema::{Fault, SchemaFault};
use crate::k8s::source::{Later, has_expression, has_variable};
use crate::yaml::{Kind, Node};

/// Groups of files that a tool reads, and no cluster: their metadata is the tool's own.
const TOOLS: [&str; 13] = [
    "zarf.dev",
    "skaffold",
    "k3d.io",
    CLUSTER,
    "chainsaw.kyverno.io",
    "kuttl.dev",
    "kpt.dev",
    "config.kubernetes.io",
    "k0sctl.k0sproject.io",
    "eksctl.io",
    "kbld.k14s.io",
    "vendir.k14s.io",
    "backstage.io",
];

/// What the check reads itself, as a form of a control plane.
const CLUSTER: &str = "kind.x-k8s.io";

/// What is known of where an object comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// SOPS takes `sops` out, and decrypts values, before anything is applied.
    is_encrypted: bool,
    is_of_tool: bool,
}

impl Source {
    pub(super) fn of(object: &Object<'_, '_>) -> Self {
        let sops = object.root.get("sops").and_then(|sops| sops.get("mac"));
        let group = object.api_version.split('/').next().unwrap_or_default();
        let is_of_tool = TOOLS.contains(&group) || TOOLS.contains(&group_of(object.api_version));
        Self { is_encrypted: sops.is_some(), is_of_tool }
    }

    /// What happens to the object before it is applied, as far as it says so itself.
    pub(super) fn later(self, object: &Object<'_, '_>) -> Option<Later> {
        let is_ours = group_of(object.api_version) == CLUSTER;
        let of_tool = (self.is_of_tool && !is_ours).then_some(Later::OfTool);
        of_tool.or(self.is_encrypted.then_some(Later::Decrypted))
    }

    /// Whether that explains a fault.
    pub(super) fn explains(self, problem: &SchemaFault<'_, '_>) -> bool {
        match &problem.fault {
            Fault::Unknown { .. } => {
                let key = problem.key.and_then(Node::text);
                self.is_of_tool || self.is_encrypted && key == Some("sops") || problem.key.is_some_and(is_marker)
            }
            Fault::WrongType { node, .. } | Fault::Unreadable { node, .. } => is_marker(*node) || self.stands_in(*node),
            Fault::NotInEnum { node, .. }
            | Fault::OutOfRange { node, .. }
            | Fault::Malformed { node, .. }
            | Fault::Name { node, .. }
            | Fault::Quantity { node, .. }
            | Fault::Misread { node, .. } => self.stands_in(*node),
            Fault::OtherRelease(_) | Fault::Missing(_) | Fault::Twice { .. } => false,
        }
    }

    /// Whether a value stands for another.
    pub(super) fn stands_in(self, node: Node<'_, '_>) -> bool {
        node.text().is_some_and(|text| {
            has_variable(text) || has_expression(text) || self.is_encrypted && text.starts_with("ENC[")
        })
    }
}

/// Whether `{{ … }}` of a template reads as a mapping with a mapping for a key.
fn is_marker(node: Node<'_, '_>) -> bool {
    let is_flow = |node: Node<'_, '_>| node.kind() == Kind::Mapping && node.is_flow();
    is_flow(node) && node.entries().next().is_some_and(|(key, _)| is_flow(key))
}
