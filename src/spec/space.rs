//! A namespace with its guard rails, owned by the platform team.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

use super::app::{ApiVersion, Output, Target};
use super::level::Level;
use super::values::{Cpu, Disk, Group, Label, Memory, Number, Registry, Release, SpaceName, known};
use crate::decode::{Decode, Decoder, Located, record, string_enum};
use crate::k8s::version::Version;
use crate::yaml::{Kind as Form, Node};

string_enum! {
    /// The kind of a [`Space`].
    SpaceKind {
        /// A namespace.
        "Space" Space
    }
}

string_enum! {
    /// What a team may do in a space. None of them can read Secrets.
    Role {
        /// Look at everything but Secrets.
        "view" View,
        /// Deploy and delete apps, and grant them what it has itself.
        "edit" Edit,
        /// As edit; also exec into pods.
        "admin" Admin,
    }
}

record! {
    /// A group of users with a role.
    Team "team" {
        /// The group, as the cluster's authentication names it.
        group "group": Located<Group>,
        /// view, edit or admin.
        role "role": Role = Role::Edit,
    }
}

string_enum! {
    /// Quotas that go together.
    QuotaPreset {
        /// 4 cores, 8Gi, 20 pods.
        "s" S,
        /// 16 cores, 32Gi, 60 pods.
        "m" M,
        /// 64 cores, 128Gi, 200 pods.
        "l" L,
    }
}

record! {
    /// What all pods of a space may take together, each by itself.
    QuotaNumbers "quota" {
        /// Processor time that may be requested.
        cpu "cpu": Cpu,
        /// Memory that may be requested, and the limit.
        memory "memory": Memory,
        /// Disk of containers and emptyDirs.
        disk "disk": Disk = known("20Gi"),
        /// Pods.
        pods "pods": Number<1, 100_000> = Number(20),
        /// Volume claims.
        claims "claims": Number<0, 100_000> = Number(10),
        /// Disk of volume claims.
        storage "storage": Disk = known("100Gi"),
        /// Services of type LoadBalancer, each of which is reachable from outside.
        load_balancers "loadBalancers": Number<0, 1000> = Number(0),
    }
}

/// A preset, or numbers.
#[derive(Debug, Clone)]
pub enum Quota {
    /// Numbers that go together.
    Preset(QuotaPreset),
    /// Each by itself.
    Explicit(Box<QuotaNumbers>),
}

impl Default for Quota {
    fn default() -> Self {
        Self::Preset(QuotaPreset::S)
    }
}

impl Decode for Quota {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() == Form::Mapping {
            return QuotaNumbers::decode(node, decoder).map(|own| Self::Explicit(Box::new(own)));
        }
        QuotaPreset::decode(node, decoder).map(Self::Preset)
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }

    fn written(&self) -> Option<Json> {
        match self {
            Self::Preset(preset) => preset.written(),
            Self::Explicit(own) => own.written(),
        }
    }
}

impl JsonSchema for Quota {
    fn schema_name() -> Cow<'static, str> {
        "Quota".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (preset, explicit) = (generator.subschema_for::<QuotaPreset>(), generator.subschema_for::<QuotaNumbers>());
        json_schema!({ "oneOf": [preset, explicit] })
    }
}

record! {
    /// What containers get that do not say, and what none may pass.
    Limits "limits" {
        /// Processor time requested for containers that do not say.
        cpu "cpu": Cpu = known("50m"),
        /// Memory of containers that do not say.
        memory "memory": Located<Memory> = known::<Memory>("128Mi").into(),
        /// The most memory of a container.
        max_memory "maxMemory": Located<Memory> = known::<Memory>("4Gi").into(),
        /// The most storage of a claim.
        max_storage "maxStorage": Disk = known("50Gi"),
    }
}

record! {
    /// The network of a space. All traffic is closed but DNS, and what apps open for themselves.
    SpaceNetwork "network" {
        /// Whether all pods of the space may talk to each other.
        allow_within "allowWithin": bool = false,
    }
}

/// The version of the Pod Security Standards that a namespace is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyVersion {
    /// That of the cluster, whatever it becomes.
    Latest,
    /// A fixed one.
    At(Version),
}

impl Decode for PolicyVersion {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.text() == Some("latest") {
            return Some(Self::Latest);
        }
        Release::decode(node, decoder).map(|release| Self::At(release.0))
    }

    fn recover() -> Option<Self> {
        Some(Self::Latest)
    }
}

impl JsonSchema for PolicyVersion {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PolicyVersion".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let release = generator.subschema_for::<Release>();
        json_schema!({ "oneOf": [{ "const": "latest" }, release] })
    }
}

record! {
    /// A namespace with its guard rails.
    Space "space" {
        /// The version of this format: `tightship/v1`.
        api_version "apiVersion": ApiVersion,
        /// `Space`.
        kind "kind": SpaceKind,
        /// The name of the namespace.
        name "name": Located<SpaceName>,
        /// The Pod Security Standards level that is enforced: restricted, baseline or privileged.
        level "level": Located<Level>,
        /// The cluster that the manifests are for.
        target "target": Target,
        /// The version of the standards that is enforced.
        policy_version "policyVersion": Option<PolicyVersion> =
            None => "the target's, so that an upgrade rejects nothing",
        /// The team that is responsible for it; becomes a label.
        owner "owner": Option<Label> = None,
        /// Who may work in it.
        teams "teams": Vec<Team> = Vec::new(),
        /// What all pods may take together: s, m, l, or numbers.
        quota "quota": Quota = Quota::default(),
        /// What containers get that do not say.
        limits "limits": Limits = Limits::default(),
        /// The network between pods.
        network "network": SpaceNetwork = SpaceNetwork::default(),
        /// Where images may come from.
        registries "registries": Vec<Located<Registry>> = Vec::new() => "anywhere",
        /// How the output looks.
        output "output": Output = Output::default(),
    }
}
