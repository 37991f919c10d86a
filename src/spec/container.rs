//! What all containers have: ports, health, size, user.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

use super::env::{EnvFrom, EnvValue};
use super::placement::Lifecycle;
pub use super::port::{Port, PortRef, Protocol};
use super::probe::Health;
use super::storage::{File, SecretRef, Writable};
use super::values::{Cpu, Disk, Image, Memory, Number, ShortName, Variable, known};
use super::volume::Volume;
use crate::decode::{self, Decode, Decoder, Located, Map, record, string_enum};
use crate::yaml::{Kind as Form, Node};

string_enum! {
    /// When the kubelet pulls an image.
    PullPolicy {
        /// Only when the node does not have it.
        "IfNotPresent" IfNotPresent,
        /// At every start, so that the right to pull is checked each time.
        "Always" Always,
        /// The node must have it.
        "Never" Never,
    }
}

string_enum! {
    /// Sizes that go together.
    Preset {
        /// 100m to 1 core, 128Mi.
        "s" S,
        /// 25m to 250m, 64Mi.
        "xs" Xs,
        /// 250m to 2 cores, 512Mi.
        "m" M,
        /// 500m to 2 cores, 1Gi.
        "l" L,
        /// 1 to 4 cores, 4Gi.
        "xl" Xl,
    }
}

/// The limit of processor time, or none.
#[derive(Debug, Clone)]
pub enum CpuLimit {
    /// At most as much.
    At(Cpu),
    /// Whatever the node has left; needs an exception.
    None,
}

impl Decode for CpuLimit {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.text() == Some("none") {
            return Some(Self::None);
        }
        Cpu::decode(node, decoder).map(Self::At)
    }

    fn recover() -> Option<Self> {
        Some(Self::At(Cpu::default()))
    }
}

impl JsonSchema for CpuLimit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "CpuLimit".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let cpu = generator.subschema_for::<Cpu>();
        json_schema!({ "oneOf": [{ "const": "none" }, cpu] })
    }
}

record! {
    /// Processor, memory and disk, each by itself.
    Resources "size" {
        /// Processor time that is kept for it.
        cpu "cpu": Located<Cpu>,
        /// Memory that is kept for it, and its limit.
        memory "memory": Memory,
        /// Disk for logs and written layers, its limit.
        disk "disk": Located<Disk> = known::<Disk>("256Mi").into(),
        /// The most processor time, or `none` by an exception.
        cpu_limit "cpuLimit": Option<Located<CpuLimit>> = None => "ten times `cpu`",
    }
}

/// A preset, or numbers.
#[derive(Debug, Clone)]
pub enum Size {
    /// Sizes that go together.
    Preset(Preset),
    /// Each by itself.
    Explicit(Box<Resources>),
}

impl Default for Size {
    fn default() -> Self {
        Self::Preset(Preset::S)
    }
}

impl Decode for Size {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() == Form::Mapping {
            return Resources::decode(node, decoder).map(|own| Self::Explicit(Box::new(own)));
        }
        Preset::decode(node, decoder).map(Self::Preset)
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

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (preset, explicit) = (generator.subschema_for::<Preset>(), generator.subschema_for::<Resources>());
        json_schema!({ "oneOf": [preset, explicit] })
    }
}

record! {
    /// The ids that a container runs with.
    Ids "runAs" {
        /// The user id. Below 10000 it needs an exception.
        user "user": Located<Number<0, 2_147_483_647>>,
        /// The group id.
        group "group": Option<Located<Number<0, 2_147_483_647>>> = None => "as the user",
    }
}

/// Who a container runs as.
#[derive(Debug, Clone)]
pub enum RunAs {
    /// The platform assigns ids, as `OpenShift` does.
    Platform,
    /// These ids.
    Ids(Ids),
}

/// The user and group of containers that do not say: above those of any node.
pub const DEFAULT_ID: i64 = 10001;

impl Default for RunAs {
    fn default() -> Self {
        Self::Ids(Ids { user: Number(DEFAULT_ID).into(), group: None })
    }
}

impl Decode for RunAs {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.text() == Some("platform") {
            return Some(Self::Platform);
        }
        if node.kind() != Form::Mapping {
            decode::wrong_form(node, "`platform` or `{user, group}`", decoder);
            return None;
        }
        Ids::decode(node, decoder).map(Self::Ids)
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }

    fn written(&self) -> Option<Json> {
        match self {
            Self::Platform => Some("platform".into()),
            Self::Ids(ids) => ids.written(),
        }
    }
}

impl JsonSchema for RunAs {
    fn schema_name() -> Cow<'static, str> {
        "RunAs".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let ids = generator.subschema_for::<Ids>();
        json_schema!({ "oneOf": [{ "const": "platform" }, ids] })
    }
}

record! {
    /// A container beside the app's, with the same hardening.
    Container "container" {
        /// Its name.
        name "name": Located<ShortName>,
        /// The image by tag or digest.
        image "image": Located<Image>,
        /// What it runs.
        command "command": Vec<String> = Vec::new() => "what the image says",
        /// Arguments of the command.
        args "args": Vec<String> = Vec::new(),
        /// The ports that it listens on. A sidecar's port with a number at the Service can be called like the app's own.
        ports "ports": Vec<Port> = Vec::new(),
        /// How the kubelet sees that it is well; sidecars only.
        health "health": Option<Located<Health>> = None,
        /// Processor, memory and disk.
        size "size": Located<Size> = Size::Preset(Preset::Xs).into(),
        /// When the image is pulled.
        pull "pull": Option<PullPolicy> = None => "as the app's",
        /// The user that it runs as, or `platform`.
        run_as "runAs": Option<RunAs> = None => "as the app",
        /// What runs once it has started, and before it is told to stop; not init containers.
        lifecycle "lifecycle": Option<Located<Lifecycle>> = None,
        /// Environment variables: texts, or where the value comes from.
        env "env": Map<Located<Variable>, Located<EnvValue>> = Map::new(),
        /// All keys of ConfigMaps and Secrets as variables.
        env_from "envFrom": Vec<EnvFrom> = Vec::new(),
        /// Files with their content, kept in the app's ConfigMap.
        files "files": Vec<File> = Vec::new(),
        /// Secrets that exist already, as files.
        secrets "secrets": Vec<SecretRef> = Vec::new(),
        /// Volumes of what exists already.
        volumes "volumes": Vec<Volume> = Vec::new(),
        /// Folders that it may write to. One at the path of something that the app mounts is that, be it writable or not;
        /// another one, and always `/tmp`, is its own and empty at every start.
        writable "writable": Vec<Writable> = Vec::new(),
        /// Whether it sees the app's writable folders, storage, files and secrets at the same paths.
        shares_mounts "sharesMounts": bool = false,
    }
}
