//! What the apps and spaces of a file share, said once.

use super::app::{ApiVersion, Output, Target};
use super::container::{PullPolicy, RunAs, Size};
use super::leaves::{AnyKey, LabelText, MetaKey};
use super::level::Level;
use super::placement::{PodMeta, Toleration, Topology};
use super::values::{Label, ObjectName};
use crate::decode::{Decoder, Keys, Located, Map, read_record_over, record, string_enum};
use crate::yaml::Node;

string_enum! {
    /// The kind of [`Defaults`].
    DefaultsKind {
        /// What documents share.
        "Defaults" Defaults
    }
}

/// Keys that each document says for itself.
pub const OWN: [&str; 2] = ["apiVersion", "kind"];

record! {
    /// What all apps and spaces of the file share. A document's own key stands for the whole key here.
    Defaults "document" {
        /// The version of this format: `tightship/v1`.
        api_version "apiVersion": ApiVersion,
        /// `Defaults`.
        kind "kind": DefaultsKind,
        /// The cluster that the manifests are for.
        target "target": Option<Target> = None => "each document says it",
        /// The Pod Security Standards level of apps and spaces.
        level "level": Option<Located<Level>> = None => "each document says it",
        /// The team that is responsible; becomes a label.
        owner "owner": Option<Label> = None,
        /// Labels of all objects of apps, and of their pods.
        labels "labels": Option<Map<MetaKey, LabelText>> = None => "none",
        /// Annotations of the workloads of apps.
        annotations "annotations": Option<Map<MetaKey, String>> = None => "none",
        /// Labels and annotations of the pods of apps alone.
        pods "pods": Option<PodMeta> = None => "none",
        /// Labels that a node must have for the pods of apps.
        node_selector "nodeSelector": Option<Map<AnyKey, LabelText>> = None => "none",
        /// Taints of nodes on which apps may run all the same.
        tolerations "tolerations": Option<Vec<Located<Toleration>>> = None => "none",
        /// How the pods of apps are spread.
        topology "topology": Option<Topology> = None => "as of an app",
        /// The priority class of apps.
        priority_class "priorityClass": Option<Located<ObjectName>> = None => "the cluster's",
        /// The runtime class of apps.
        runtime_class "runtimeClass": Option<ObjectName> = None => "the cluster's",
        /// Processor, memory and disk of apps.
        size "size": Option<Located<Size>> = None => "as of an app",
        /// The user that apps run as.
        run_as "runAs": Option<RunAs> = None => "as of an app",
        /// When images are pulled.
        pull "pull": Option<PullPolicy> = None => "as of an app",
        /// Secrets with credentials of the registry.
        pull_secrets "pullSecrets": Option<Vec<ObjectName>> = None => "none",
        /// How the output looks.
        output "output": Option<Output> = None => "as of an app",
    }
}

/// Keys that are required, but that a document may leave to the defaults of its file.
pub const SHARED: [&str; 2] = ["target", "level"];

/// Reads a document; what it does not say, the defaults of its file do.
pub fn read_over<T: Keys>(root: Node<'_, '_>, defaults: Option<Node<'_, '_>>, decoder: &mut Decoder<'_>) -> Option<T> {
    let is_shared = |key: &str| Defaults::KEYS.contains(&key) && !OWN.contains(&key);
    read_record_over(root, defaults, is_shared, decoder)
}
