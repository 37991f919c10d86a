//! Environment variables: texts, and what Kubernetes knows about the pod and holds for it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::leaves::{Amount, AnyKey};
use super::values::{ObjectName, SecretKey, Variable, known};
use crate::decode::{Decode, Decoder, Located, one_of, record, string_enum};
use crate::yaml::{Kind as Form, Node};

string_enum! {
    /// What a pod knows about itself.
    PodField {
        /// Its name.
        "name" Name,
        /// Its namespace.
        "namespace" Namespace,
        /// Its unique id.
        "uid" Uid,
        /// Its address.
        "ip" Ip,
        /// Its addresses, with commas.
        "ips" Ips,
        /// The name of its node.
        "node" Node,
        /// The address of its node.
        "nodeIp" NodeIp,
        /// Its service account.
        "serviceAccount" ServiceAccount,
        /// Its number among the pods of a statefulset, or the runs of an indexed job.
        "index" Index,
    }
}

impl PodField {
    /// The path of the field.
    pub fn path(self) -> &'static str {
        match self {
            Self::Name => "metadata.name",
            Self::Namespace => "metadata.namespace",
            Self::Uid => "metadata.uid",
            Self::Ip => "status.podIP",
            Self::Ips => "status.podIPs",
            Self::Node => "spec.nodeName",
            Self::NodeIp => "status.hostIP",
            Self::ServiceAccount => "spec.serviceAccountName",
            Self::Index => "metadata.labels['apps.kubernetes.io/pod-index']",
        }
    }
}

string_enum! {
    /// What a container may take.
    ResourceField {
        /// The limit of memory.
        "limits.memory" LimitsMemory,
        /// The limit of processor time.
        "limits.cpu" LimitsCpu,
        /// The limit of disk.
        "limits.ephemeral-storage" LimitsDisk,
        /// The memory that is kept for it.
        "requests.memory" RequestsMemory,
        /// The processor time that is kept for it.
        "requests.cpu" RequestsCpu,
        /// The disk that is kept for it.
        "requests.ephemeral-storage" RequestsDisk,
    }
}

record! {
    /// How an amount is counted.
    Unit "unit" {
        /// What one is: `1Mi` counts mebibytes, `1m` thousandths of a core.
        unit "unit": Amount = known("1"),
    }
}

record! {
    /// A key of an object.
    OfKey "key" {
        /// The key.
        key "key": Located<SecretKey>,
        /// Whether the pod starts without it.
        optional "optional": bool = false,
    }
}

one_of! {
    /// Where a value comes from.
    Source "source" {
        /// What the pod knows about itself: its name, namespace, ip, node and more.
        "pod" Pod(Located<PodField>),
        /// A label of the pod.
        "label" Label(AnyKey),
        /// An annotation of the pod.
        "annotation" Annotation(AnyKey),
        /// What the container may take.
        "resource" Resource(ResourceField) beside Unit,
        /// A ConfigMap that exists already.
        "configMap" ConfigMap(ObjectName) beside OfKey,
        /// A Secret that exists already; needs an exception, since variables leak.
        "secret" Secret(Located<ObjectName>) beside OfKey,
    }
}

/// The value of a variable.
#[derive(Debug, Clone)]
pub enum EnvValue {
    /// As it is written.
    Text(String),
    /// From elsewhere.
    From(Source),
}

impl Decode for EnvValue {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() == Form::Mapping {
            return Source::decode(node, decoder).map(Self::From);
        }
        String::decode(node, decoder).map(Self::Text)
    }

    fn recover() -> Option<Self> {
        Some(Self::Text(String::new()))
    }
}

impl JsonSchema for EnvValue {
    fn schema_name() -> Cow<'static, str> {
        "EnvValue".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (text, source) = (generator.subschema_for::<String>(), generator.subschema_for::<Source>());
        json_schema!({
            "description": "A text, or one of `{pod: name}`, `{label}`, `{annotation}`, `{resource}`, `{configMap, key}`, `{secret, key}`.",
            "oneOf": [text, source],
        })
    }
}

one_of! {
    /// Whose keys become variables.
    Whole "source" {
        /// A ConfigMap that exists already.
        "configMap" ConfigMap(ObjectName),
        /// A Secret that exists already; needs an exception, since variables leak.
        "secret" Secret(Located<ObjectName>),
    }
}

record! {
    /// All keys of a ConfigMap or Secret as variables.
    EnvFrom "variables" {
        /// What stands before each name.
        prefix "prefix": Option<Variable> = None,
        /// Whether the pod starts without it.
        optional "optional": bool = false,
    }
    /// Whose keys.
    one of source: Whole
}
