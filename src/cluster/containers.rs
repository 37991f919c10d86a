//! The nodes of kind, which are containers of Docker or Podman, through the command line of either.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::{ClusterError, Progress, programs};
use crate::k8s::version::Version;
use crate::process::{Ended, Engine, Program};

/// The label by which kind knows the nodes of a cluster.
const LABEL: &str = "io.x-k8s.kind.cluster";

/// The port of the API server in a node.
const API_SERVER: &str = "6443/tcp";

fn program<'a>(args: impl IntoIterator<Item = &'a str>) -> (Program, ClusterError) {
    let engine = Engine::of_machine();
    (engine.program(args), ClusterError::NoEngine(engine))
}

pub(super) fn run<'a>(args: impl IntoIterator<Item = &'a str>) -> Result<String, ClusterError> {
    let (program, missing) = program(args);
    programs::run(program, missing)
}

/// Fails unless it is there and answers.
pub(super) fn check() -> Result<(), ClusterError> {
    let engine = Engine::of_machine();
    match run(engine.version()) {
        Ok(_) => Ok(()),
        Err(ClusterError::Failed { said, .. }) => {
            let said = said.lines().last().unwrap_or_default().trim().to_owned();
            Err(ClusterError::EngineDown { engine, said })
        }
        Err(error) => Err(error),
    }
}

/// Whether an image is here.
pub(super) fn has_image(image: &str) -> bool {
    run(["image", "inspect", "--", image]).is_ok()
}

/// Pulls an image unless it is here.
pub(super) fn ensure_image(image: &str, progress: &mut dyn Progress, stop: &AtomicBool) -> Result<(), ClusterError> {
    if has_image(image) {
        return Ok(());
    }
    progress.step(&format!("pull {image}"));
    let (pull, missing) = program(["pull", "--quiet", "--", image]);
    let line = pull.line();
    let ended = pull.start().and_then(|running| running.wait(stop, |_| {}));
    match ended.map_err(|error| programs::cannot_run(&error, line, missing))? {
        Ended::Interrupted => Err(ClusterError::Interrupted),
        Ended::Itself { success: true, .. } => Ok(()),
        Ended::Itself { said, .. } => {
            let reason = said.lines().last().unwrap_or_default().trim().to_owned();
            Err(ClusterError::ImageNotFound { engine: Engine::of_machine(), image: image.to_owned(), reason })
        }
    }
}

/// The version of Kubernetes in a node image, such as `v1.34.4`, and its release.
pub(super) fn release_of(image: &str) -> Result<(String, Version), ClusterError> {
    let args = ["run", "--rm", "--network", "none", "--entrypoint", "cat", "--", image, "/kind/version"];
    let text = match run(args) {
        Err(ClusterError::Failed { .. }) => return Err(ClusterError::NotANodeImage(image.to_owned())),
        other => other?,
    };
    let found = text.trim().to_owned();
    match Version::parse(found.split(['-', '+']).next().unwrap_or_default()) {
        Some(release) => Ok((found, release)),
        None => Err(ClusterError::UnknownRelease { image: image.to_owned(), found }),
    }
}

/// A node: a container of a kind cluster.
#[derive(Debug, Clone)]
pub(super) struct Container {
    /// Its name, which is the node's.
    pub(super) name: String,
    /// `control-plane`, `worker`, or what else kind calls it.
    pub(super) role: String,
    /// `running`, `exited` and the like.
    pub(super) state: String,
    /// What it mounts, as `source:destination:options`.
    pub(super) binds: Vec<String>,
    /// The image that it was made from.
    pub(super) image: String,
    /// The URL at which this machine reaches its API server; none if it has none.
    pub(super) server: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    name: String,
    state: State,
    config: Config,
    host_config: HostConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    labels: Option<serde_json::Map<String, serde_json::Value>>,
    image: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HostConfig {
    binds: Option<Vec<String>>,
    port_bindings: Option<HashMap<String, Option<Vec<Binding>>>>,
}

/// The port of this machine that leads to one of a container.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Binding {
    #[serde(default)]
    host_ip: String,
    host_port: String,
}

impl Binding {
    fn server(&self) -> String {
        match self.host_ip.as_str() {
            "" | "0.0.0.0" | "::" => format!("https://127.0.0.1:{}", self.host_port),
            ip if ip.contains(':') => format!("https://[{ip}]:{}", self.host_port),
            ip => format!("https://{ip}:{}", self.host_port),
        }
    }
}

/// The nodes of a kind cluster, control planes first; none if there is no such cluster.
pub(super) fn nodes(cluster: &str) -> Result<Vec<Container>, ClusterError> {
    let filter = format!("label={LABEL}={cluster}");
    let ids = run(["ps", "--all", "--quiet", "--no-trunc", "--filter", &filter])?;
    if ids.trim().is_empty() {
        return Ok(Vec::new());
    }
    let args = || ["inspect", "--type", "container"].into_iter().chain(ids.split_whitespace());
    let text = run(args())?;
    let inspected: Vec<Inspected> = serde_json::from_str(&text)
        .map_err(|error| ClusterError::Unreadable { command: program(args()).0.line(), reason: error.to_string() })?;
    let mut nodes: Vec<Container> = inspected.into_iter().map(container).collect();
    nodes.sort_by(|a, b| (&a.role, &a.name).cmp(&(&b.role, &b.name)));
    Ok(nodes)
}

fn container(inspected: Inspected) -> Container {
    let labels = inspected.config.labels.unwrap_or_default();
    let role = labels.get("io.x-k8s.kind.role").and_then(serde_json::Value::as_str).unwrap_or_default();
    let ports = inspected.host_config.port_bindings.unwrap_or_default();
    let server = ports.get(API_SERVER).and_then(Option::as_ref).and_then(|bindings| bindings.first());
    Container {
        server: server.map(Binding::server),
        image: inspected.config.image.unwrap_or_default(),
        name: inspected.name.trim_start_matches('/').to_owned(),
        role: role.to_owned(),
        state: inspected.state.status,
        binds: inspected.host_config.binds.unwrap_or_default(),
    }
}

/// Runs a program in a node.
pub(super) fn exec(node: &str, command: &[&str]) -> Result<String, ClusterError> {
    run(["exec", node].into_iter().chain(command.iter().copied()))
}

/// Runs the node's own kubectl as the administrator, so that none is needed on this machine.
pub(super) fn kubectl(node: &str, args: &[&str]) -> Result<String, ClusterError> {
    let kubectl = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--request-timeout=10s"];
    exec(node, &[&kubectl[..], args].concat())
}
