//! What the templates of a pod see.

use serde::Serialize;

/// A key with its text.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Pair {
    pub key: String,
    pub value: String,
}

impl Pair {
    /// A key with its text.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// A port of a container and of its Service.
#[derive(Debug, Clone, Serialize)]
pub struct PortView {
    pub name: String,
    pub port: i64,
    pub service: i64,
    pub protocol: &'static str,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the manifest, or not")]
pub struct Pod {
    pub labels: Vec<Pair>,
    pub annotations: Vec<Pair>,
    pub host_users_off: bool,
    pub host_network: bool,
    pub host_pid: bool,
    pub strict_groups: bool,
    pub non_root: bool,
    pub user: Option<i64>,
    pub group: i64,
    /// The lowest port that the pod binds, as text, if it is one of those kept for root.
    pub low_port: Option<String>,
    pub node_selector: Vec<Pair>,
    pub tolerations: Vec<TolerationView>,
    pub priority_class: Option<String>,
    pub runtime_class: Option<String>,
    pub spread: Vec<SpreadView>,
    /// Whether its pods prefer different nodes.
    pub alone: bool,
    pub near: Vec<String>,
    pub apart: Vec<String>,
    pub grace: i64,
    pub init: Vec<ContainerView>,
    pub containers: Vec<ContainerView>,
    pub volumes: Vec<Volume>,
}

#[derive(Debug, Serialize)]
pub struct TolerationView {
    pub key: Option<String>,
    pub value: Option<String>,
    pub effect: Option<&'static str>,
    pub seconds: Option<i64>,
}

/// How pods are spread over the values of a label of nodes.
#[derive(Debug, Serialize)]
pub struct SpreadView {
    pub key: &'static str,
    /// A pod that has no place waits.
    pub strict: bool,
    /// Each revision of a Deployment is spread by itself, so that a new one can start beside the old one.
    pub by_revision: bool,
}

/// A container of any sort.
#[derive(Debug, Serialize)]
pub struct ContainerView {
    pub name: String,
    pub image: String,
    pub pull: &'static str,
    /// A sidecar: an init container that does not end.
    pub always: bool,
    pub command: Vec<String>,
    pub args: Vec<String>,
    pub ports: Vec<PortView>,
    pub env: Vec<Env>,
    pub env_from: Vec<EnvFromView>,
    pub non_root: bool,
    pub user: Option<i64>,
    pub group: i64,
    pub read_only: bool,
    pub capabilities: Vec<&'static str>,
    pub resources: ResourcesView,
    pub probes: Vec<ProbeView>,
    pub post_start: Vec<String>,
    pub pre_stop: Vec<String>,
    /// For how many seconds requests still come once the pod stops.
    pub drain: Option<i64>,
    pub mounts: Vec<Mount>,
}

/// A variable: its value, or where that comes from.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Env {
    pub name: String,
    pub value: Option<String>,
    pub field: Option<String>,
    pub resource: Option<&'static str>,
    /// What one of the resource is.
    pub unit: String,
    pub config_map: Option<KeyOf>,
    pub secret: Option<KeyOf>,
}

/// A key of an object.
#[derive(Debug, Clone, Serialize)]
pub struct KeyOf {
    pub name: String,
    pub key: String,
    pub optional: bool,
}

/// All keys of an object as variables.
#[derive(Debug, Clone, Serialize)]
pub struct EnvFromView {
    pub prefix: Option<String>,
    /// `configMapRef` or `secretRef`.
    pub field: &'static str,
    pub name: String,
    pub optional: bool,
}

#[derive(Debug, Serialize)]
pub struct ResourcesView {
    pub cpu: String,
    pub cpu_limit: Option<String>,
    pub memory: String,
    pub disk_request: String,
    pub disk: String,
}

/// A probe; one of the ways is set.
#[derive(Debug, Clone, Serialize)]
pub struct ProbeView {
    pub name: &'static str,
    pub http: Option<HttpView>,
    pub tcp: Option<i64>,
    pub grpc: Option<i64>,
    pub grpc_service: Option<String>,
    pub exec: Vec<String>,
    pub delay: i64,
    pub period: i64,
    pub timeout: i64,
    pub failures: i64,
    pub success: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct HttpView {
    pub path: String,
    pub port: i64,
    pub https: bool,
    pub headers: Vec<Pair>,
}

/// A mount of a volume.
#[derive(Debug, Clone, Serialize)]
pub struct Mount {
    pub volume: String,
    pub path: String,
    pub sub_path: Option<String>,
    pub read_only: bool,
}

/// A volume; without any source it is the token for the Kubernetes API.
#[derive(Debug, Default, Serialize)]
pub struct Volume {
    pub name: String,
    pub scratch: Option<Scratch>,
    pub claim: Option<String>,
    pub config: Option<ConfigVolume>,
    pub config_map: Option<ObjectVolume>,
    pub secret: Option<ObjectVolume>,
    pub csi: Option<CsiVolume>,
    pub projected: Option<Projected>,
    pub nfs: Option<NfsVolume>,
    pub host_path: Option<String>,
    pub image: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Scratch {
    pub size: String,
    pub memory: bool,
}

/// The app's `ConfigMap`; with items if some file has a mode of its own.
#[derive(Debug, Serialize)]
pub struct ConfigVolume {
    pub name: String,
    pub items: Vec<ConfigItem>,
}

/// A file of a `ConfigMap` with its mode.
#[derive(Debug, Serialize)]
pub struct ConfigItem {
    pub key: String,
    pub mode: u32,
    /// The digits of the mode in octal.
    pub octal: u32,
}

/// An object that exists already, with the keys that are mounted; none means all.
#[derive(Debug, Serialize)]
pub struct ObjectVolume {
    pub name: String,
    pub keys: Vec<String>,
    pub mode: u32,
    pub octal: u32,
    pub optional: bool,
}

#[derive(Debug, Serialize)]
pub struct CsiVolume {
    pub driver: String,
    pub attributes: Vec<Pair>,
    pub node_secret: Option<String>,
    pub read_only: bool,
}

#[derive(Debug, Serialize)]
pub struct NfsVolume {
    pub server: String,
    pub path: String,
    pub read_only: bool,
}

/// Several sources in one folder.
#[derive(Debug, Serialize)]
pub struct Projected {
    pub mode: u32,
    pub octal: u32,
    pub sources: Vec<ProjectedSource>,
}

/// One of them; one field is set.
#[derive(Debug, Default, Serialize)]
pub struct ProjectedSource {
    pub config_map: Option<ObjectVolume>,
    pub secret: Option<ObjectVolume>,
    pub token: Option<TokenView>,
    /// Files with fields of the pod.
    pub fields: Vec<Pair>,
}

#[derive(Debug, Serialize)]
pub struct TokenView {
    pub audience: String,
    pub seconds: i64,
    pub file: String,
}
