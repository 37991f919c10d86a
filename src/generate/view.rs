//! What the templates of an app see: every decision is made, nothing is left to compute. The fields are named as the
//! templates use them, which show what each one becomes.

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

#[derive(Debug, Serialize)]
pub struct AppView {
    pub name: String,
    pub namespace: String,
    pub kind: &'static str,
    pub labels: Vec<Pair>,
    pub selector: Vec<Pair>,
    pub annotations: Annotations,
    pub replicas: Option<i64>,
    pub recreate: bool,
    pub headless: Option<String>,
    pub batch: Option<Batch>,
    pub cron: Option<Cron>,
    pub pod: Pod,
    pub pull_secrets: Vec<String>,
    pub role: Vec<RoleRule>,
    /// What others can call; the Service may leave some out.
    pub ports: Vec<PortView>,
    pub service_ports: Vec<PortView>,
    pub claims: Vec<Claim>,
    pub config: Option<Config>,
    pub scale: Option<ScaleView>,
    pub budget: bool,
    pub dns: Dns,
    pub policy_types: Vec<&'static str>,
    pub ingress: Vec<PolicyRule>,
    pub egress: Vec<PolicyRule>,
    pub route: Option<RouteView>,
}

/// The annotations by object.
#[derive(Debug, Serialize)]
pub struct Annotations {
    pub workload: Vec<Pair>,
    pub role: Vec<Pair>,
    pub route: Vec<Pair>,
}

/// The settings of a Job.
#[derive(Debug, Serialize)]
pub struct Batch {
    pub retries: i64,
    pub deadline: i64,
    pub keep: i64,
}

/// The settings of a `CronJob`.
#[derive(Debug, Serialize)]
pub struct Cron {
    pub schedule: String,
    pub time_zone: String,
    pub concurrency: &'static str,
    pub starting_deadline: i64,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the manifest, or not")]
pub struct Pod {
    pub labels: Vec<Pair>,
    pub annotations: Vec<Pair>,
    pub host_users_off: bool,
    pub strict_groups: bool,
    pub non_root: bool,
    pub user: Option<i64>,
    pub group: i64,
    /// The lowest port that the pod binds, as text, if it is one of those kept for root.
    pub low_port: Option<String>,
    pub spread: bool,
    pub grace: i64,
    pub init: Vec<ContainerView>,
    pub containers: Vec<ContainerView>,
    pub volumes: Vec<Volume>,
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
    pub env: Vec<Pair>,
    pub secret_env: Vec<SecretEnv>,
    pub read_only: bool,
    pub capabilities: Vec<&'static str>,
    pub resources: ResourcesView,
    pub probes: Vec<ProbeView>,
    /// For how many seconds requests still come once the pod stops.
    pub pre_stop: Option<i64>,
    pub mounts: Vec<Mount>,
}

/// A variable from a Secret.
#[derive(Debug, Serialize)]
pub struct SecretEnv {
    pub name: String,
    pub secret: String,
    pub key: String,
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
    pub exec: Vec<String>,
    pub period: i64,
    pub failures: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct HttpView {
    pub path: String,
    pub port: i64,
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
#[derive(Debug, Serialize)]
pub struct Volume {
    pub name: String,
    pub scratch: Option<Scratch>,
    pub claim: Option<String>,
    pub config: Option<ConfigVolume>,
    pub secret: Option<SecretVolume>,
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

/// A Secret with the keys that are mounted; none means all.
#[derive(Debug, Serialize)]
pub struct SecretVolume {
    pub name: String,
    pub keys: Vec<String>,
}

/// A rule of a Role.
#[derive(Debug, Serialize)]
pub struct RoleRule {
    pub group: String,
    pub resource: String,
    pub names: Vec<String>,
    pub verbs: Vec<String>,
}

/// A port of a container and of its Service.
#[derive(Debug, Clone, Serialize)]
pub struct PortView {
    pub name: String,
    pub port: i64,
    pub service: i64,
    pub protocol: &'static str,
}

/// A claim for a volume.
#[derive(Debug, Serialize)]
pub struct Claim {
    pub name: String,
    pub volume: String,
    pub size: String,
    pub class: Option<String>,
    pub access: &'static str,
}

/// The app's `ConfigMap`.
#[derive(Debug, Serialize)]
pub struct Config {
    pub name: String,
    pub entries: Vec<Pair>,
}

/// The bounds of autoscaling.
#[derive(Debug, Serialize)]
pub struct ScaleView {
    pub min: i64,
    pub max: i64,
    pub cpu: i64,
}

/// Where the cluster's DNS is.
#[derive(Debug, Serialize)]
pub struct Dns {
    pub namespace: &'static str,
    pub label: Pair,
    pub port: i64,
    pub node_local: bool,
}

/// Peers with ports.
#[derive(Debug, Serialize)]
pub struct PolicyRule {
    pub peers: Vec<Peer>,
    pub ports: Vec<PolicyPort>,
}

/// A peer: a block of addresses, or pods by labels, by namespace, or both.
#[derive(Debug, Default, Serialize)]
pub struct Peer {
    pub cidr: Option<String>,
    pub except: Vec<&'static str>,
    pub namespace: Option<String>,
    pub labels: Vec<Pair>,
}

/// A port of a policy: a number, or the name that the pods called give it.
#[derive(Debug, Serialize)]
pub struct PolicyPort {
    pub protocol: &'static str,
    pub port: PortText,
}

/// A number or a name.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum PortText {
    /// A number.
    Number(i64),
    Name(String),
}

/// A route by Gateway or Ingress.
#[derive(Debug, Serialize)]
pub struct RouteView {
    pub host: String,
    pub path: String,
    pub service_port: i64,
    pub gateway: Option<String>,
    pub namespace: Option<String>,
    pub listener: String,
    pub class: Option<String>,
    pub tls: Option<String>,
}
