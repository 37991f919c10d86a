//! What the templates of an app see: every decision is made, nothing is left to compute. The fields are named as the
//! templates use them, which show what each one becomes.

use serde::Serialize;

pub use super::view_pod::*;
pub use super::view_scale::*;

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
    /// The name of the workload: that of the app, but for a job that is named after what it runs.
    pub workload: String,
    pub parallel_start: bool,
    pub partition: Option<i64>,
    pub when_deleted: &'static str,
    pub when_scaled: &'static str,
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
    /// Labels of the Service alone.
    pub service_labels: Vec<Pair>,
    pub monitor: Option<Monitor>,
    pub external_secrets: Vec<ExternalSecret>,
}

/// A Secret that the External Secrets Operator makes.
#[derive(Debug, Serialize)]
pub struct ExternalSecret {
    pub name: String,
    pub keys: Vec<String>,
    pub store: String,
    pub kind: &'static str,
    pub key: String,
    pub refresh: String,
}

/// The annotations by object.
#[derive(Debug, Serialize)]
pub struct Annotations {
    pub workload: Vec<Pair>,
    pub role: Vec<Pair>,
    pub route: Vec<Pair>,
    pub service: Vec<Pair>,
}

/// The settings of a Job.
#[derive(Debug, Serialize)]
pub struct Batch {
    pub retries: i64,
    pub completions: Option<i64>,
    pub parallel: Option<i64>,
    pub indexed: bool,
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

/// A rule of a Role.
#[derive(Debug, Serialize)]
pub struct RoleRule {
    pub group: String,
    pub resource: String,
    pub names: Vec<String>,
    pub verbs: Vec<String>,
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
