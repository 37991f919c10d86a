//! The pod and its containers.

use super::labels::labels;
use super::volumes::{self, TOKEN_PATH, Volumes};
use crate::decode::{Located, Map};
use crate::generate::view::{
    Config, ContainerView, HttpView, Mount, Pair, Pod, PortView, ProbeView, ResourcesView, SecretEnv,
};
use crate::k8s::version::Version;
use crate::spec::App;
use crate::spec::app::Platform;
use crate::spec::container::{
    Container, CpuLimit, DEFAULT_ID, Health, HttpProbe, Port, PortRef, Preset, Probe, Protocol, PullPolicy, RunAs, Size,
};
use crate::spec::exception::Rule;
use crate::spec::validate::{MAIN, find_port};
use crate::spec::values::Variable;
use crate::spec::workload::{DRAIN, WorkloadKind};

/// `KubeletEnsureSecretPulledImages` is on from this release on (KEP-2535): a pod gets an image that the node already has
/// only if its own pull secrets would have got it.
const PULL_RIGHTS_CHECKED: u8 = 35;
/// `SupplementalGroupsPolicy` is stable in 1.35 (KEP-3619), and from 1.36 on the kubelet needs a container runtime that has
/// it (containerd 2): before, a node may refuse the pod.
const STRICT_GROUPS: u8 = 36;
/// Ports below this one are kept for root by default.
const UNPRIVILEGED: i64 = 1024;

pub(super) fn pod(app: &App, most: i64, config: Option<&Config>) -> Pod {
    let release: Version = app.target.kubernetes.0;
    let (mut volumes, mounts) = volumes::volumes(app, config);
    let main = main_container(app, mounts.clone());
    // sidecars come before the init containers, which may need them, a database proxy for example
    let mut init: Vec<ContainerView> = Vec::new();
    for sidecar in &app.sidecars {
        init.push(container(app, sidecar, true, &mounts, &mut volumes));
    }
    for other in &app.init {
        init.push(container(app, other, false, &mounts, &mut volumes));
    }
    let ids = match &app.run_as {
        RunAs::Ids(ids) if app.target.platform != Platform::OpenShift => Some(ids),
        RunAs::Ids(ids) if ids.user.0 != DEFAULT_ID => Some(ids),
        _ => None,
    };
    let ports = app.ports.iter().chain(app.sidecars.iter().flat_map(|sidecar| &sidecar.ports));
    let lowest = ports.map(|port| port.port.0).min().filter(|port| *port < UNPRIVILEGED && *port > 0);
    let is_root = ids.is_some_and(|ids| ids.user.0 == 0);
    Pod {
        labels: labels(app).into_iter().filter(|label| label.key != "app.kubernetes.io/managed-by").collect(),
        annotations: pod_annotations(app),
        host_users_off: !excepted(app, Rule::HostUserNamespace) && app.target.platform != Platform::OpenShift,
        strict_groups: release.minor() >= STRICT_GROUPS && app.target.platform != Platform::OpenShift,
        non_root: !is_root,
        user: ids.map(|ids| ids.user.0),
        group: ids.map_or(0, |ids| ids.group.as_ref().map_or(ids.user.0, |group| group.0)),
        low_port: lowest.filter(|_| !is_root).map(|port| port.to_string()),
        spread: most > 1,
        grace: grace(app),
        init,
        containers: vec![main],
        volumes: volumes.list,
    }
}

fn grace(app: &App) -> i64 {
    let default = match app.workload.kind {
        WorkloadKind::StatefulSet => 120,
        WorkloadKind::Job | WorkloadKind::CronJob => 30,
        _ => 45,
    };
    app.workload.grace.as_ref().map_or(default, |grace| grace.0)
}

fn pod_annotations(app: &App) -> Vec<Pair> {
    let Some(metrics) = &app.metrics else { return Vec::new() };
    let Some(port) = find_port(&metrics.port.value, app.offered_ports()) else { return Vec::new() };
    vec![
        Pair::new("prometheus.io/scrape", "true"),
        Pair::new("prometheus.io/port", port.port.0.to_string()),
        Pair::new("prometheus.io/path", metrics.path.as_str()),
    ]
}

fn pull(app: &App, own: Option<PullPolicy>) -> &'static str {
    let release: Version = app.target.kubernetes.0;
    let cached = app.target.platform == Platform::Kind || release.minor() >= PULL_RIGHTS_CHECKED;
    let default = if cached { PullPolicy::IfNotPresent } else { PullPolicy::Always };
    own.or(app.pull).unwrap_or(default).as_str()
}

fn main_container(app: &App, mounts: Vec<Mount>) -> ContainerView {
    let batch = app.workload.is_batch();
    let with_variable =
        app.secrets.iter().filter_map(|secret| secret.env.as_ref().zip(secret.keys.first()).map(|it| (secret, it)));
    ContainerView {
        name: MAIN.to_owned(),
        image: app.image.to_string(),
        pull: pull(app, None),
        always: false,
        command: app.command.clone(),
        args: app.args.clone(),
        ports: app.ports.iter().map(port_view).collect(),
        env: env(&app.env),
        secret_env: with_variable
            .map(|(secret, (name, key))| SecretEnv {
                name: name.to_string(),
                secret: secret.name.to_string(),
                key: key.to_string(),
            })
            .collect(),
        read_only: !excepted(app, Rule::WritableRootFilesystem),
        capabilities: app.capabilities.iter().map(|capability| capability.value.as_str()).collect(),
        resources: resources(&app.size.value),
        probes: if batch { Vec::new() } else { probes(app.health.as_ref(), &app.ports) },
        pre_stop: app.drains().then_some(DRAIN),
        mounts,
    }
}

fn container(app: &App, other: &Container, sidecar: bool, shared: &[Mount], volumes: &mut Volumes) -> ContainerView {
    let mut mounts = if other.shares_mounts { shared.to_vec() } else { Vec::new() };
    // the token is the app's alone
    mounts.retain(|mount| mount.path != TOKEN_PATH);
    for folder in &other.writable {
        let of_app = shared.iter().find(|mount| !folder.is_tmp() && mount.path == folder.path.as_str());
        mounts.push(of_app.cloned().unwrap_or_else(|| volumes.scratch(folder)));
    }
    ContainerView {
        name: other.name.to_string(),
        image: other.image.to_string(),
        pull: pull(app, other.pull),
        always: sidecar,
        command: other.command.clone(),
        args: other.args.clone(),
        ports: other.ports.iter().map(port_view).collect(),
        env: env(&other.env),
        secret_env: Vec::new(),
        read_only: !excepted(app, Rule::WritableRootFilesystem),
        capabilities: Vec::new(),
        resources: resources(&other.size.value),
        probes: other
            .health
            .as_ref()
            .filter(|_| sidecar)
            .map_or_else(Vec::new, |health| probes(Some(health), &other.ports)),
        pre_stop: None,
        mounts,
    }
}

/// In the order of the spec. `$(NAME)` in a value means another variable, for the kubelet as for the author of the spec.
fn env(env: &Map<Located<Variable>, Located<String>>) -> Vec<Pair> {
    env.iter().map(|(name, value)| Pair::new(name.as_str(), value.as_str())).collect()
}

fn resources(size: &Size) -> ResourcesView {
    let preset = |cpu: &str, cpu_limit: &str, memory: &str, disk_request: &str, disk: &str| ResourcesView {
        cpu: cpu.to_owned(),
        cpu_limit: Some(cpu_limit.to_owned()),
        memory: memory.to_owned(),
        disk_request: disk_request.to_owned(),
        disk: disk.to_owned(),
    };
    match size {
        Size::Preset(Preset::Xs) => preset("25m", "250m", "64Mi", "32Mi", "128Mi"),
        Size::Preset(Preset::S) => preset("100m", "1", "128Mi", "64Mi", "256Mi"),
        Size::Preset(Preset::M) => preset("250m", "2", "512Mi", "128Mi", "512Mi"),
        Size::Preset(Preset::L) => preset("500m", "2", "1Gi", "256Mi", "1Gi"),
        Size::Preset(Preset::Xl) => preset("1", "4", "4Gi", "512Mi", "2Gi"),
        Size::Explicit(own) => {
            let disk = own.disk.as_str();
            ResourcesView {
                cpu: own.cpu.as_str().to_owned(),
                cpu_limit: match own.cpu_limit.as_ref().map(|limit| &limit.value) {
                    Some(CpuLimit::At(limit)) => Some(limit.as_str().to_owned()),
                    Some(CpuLimit::None) => None,
                    None => Some(format!("{}m", own.cpu.millis().saturating_mul(10))),
                },
                memory: own.memory.as_str().to_owned(),
                disk_request: disk.to_owned(),
                disk: disk.to_owned(),
            }
        }
    }
}

/// The probes by their names in a container, startup first: it holds the others back.
fn probes(health: Option<&Located<Health>>, ports: &[Port]) -> Vec<ProbeView> {
    let first = ports.iter().find(|port| port.protocol == Protocol::Tcp).map(|port| port.port.0);
    let (startup, ready, live) = match health {
        Some(health) if health.none.is_some() => return Vec::new(),
        Some(health) => {
            let startup = health.startup.as_ref().or(health.live.as_ref());
            (startup.cloned(), health.ready.clone(), health.live.clone())
        }
        None => {
            let connect = first.map(|port| Probe::Tcp(PortRef::Number(port).into()));
            (connect.clone(), connect.clone(), connect)
        }
    };
    let timings = [(startup, "startupProbe", 2, 30), (ready, "readinessProbe", 5, 3), (live, "livenessProbe", 10, 3)];
    let view = |(probe, name, period, failures): (Option<Probe>, _, _, _)| {
        let mut view = ProbeView { name, http: None, tcp: None, grpc: None, exec: Vec::new(), period, failures };
        match probe? {
            Probe::Http(HttpProbe { path, port }) => {
                let port = port.map_or(first, |port| number(&port.value, ports)).unwrap_or(0);
                view.http = Some(HttpView { path: path.to_string(), port });
            }
            Probe::Tcp(port) => view.tcp = number(&port.value, ports),
            Probe::Grpc(port) => view.grpc = Some(port.0),
            Probe::Exec(command) => view.exec = command,
        }
        Some(view)
    };
    timings.into_iter().filter_map(view).collect()
}

fn number(port: &PortRef, ports: &[Port]) -> Option<i64> {
    find_port(port, ports).map(|port| port.port.0)
}

pub(super) fn excepted(app: &App, rule: Rule) -> bool {
    app.exceptions.iter().any(|exception| exception.rule.value == rule)
}

pub(super) fn port_view(port: &Port) -> PortView {
    PortView {
        name: port.name.to_string(),
        port: port.port.0,
        service: port.service_port().unwrap_or(0),
        protocol: port.protocol.as_str(),
    }
}
