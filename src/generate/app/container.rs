//! The containers of a pod.

use super::env;
use super::probes::probes;
use super::shared::{excepted, port_view};
use super::volumes::{TOKEN_PATH, Volumes};
use crate::generate::view::{Config, ContainerView, Mount, ResourcesView};
use crate::k8s::quantity::Quantity;
use crate::k8s::version::Version;
use crate::spec::App;
use crate::spec::app::Platform;
use crate::spec::container::{Container, CpuLimit, DEFAULT_ID, Preset, PullPolicy, RunAs, Size};
use crate::spec::exception::Rule;
use crate::spec::placement::Lifecycle;
use crate::spec::probe::Command;
use crate::spec::validate::MAIN;

/// `KubeletEnsureSecretPulledImages` is on from this release on (KEP-2535): a pod gets an image that the node already has
/// only if its own pull secrets would have got it.
const PULL_RIGHTS_CHECKED: u8 = 35;

/// The user and group, unless the platform assigns them.
pub(super) fn ids(app: &App, run_as: &RunAs) -> Option<(i64, i64)> {
    let RunAs::Ids(ids) = run_as else { return None };
    let assigned = app.target.platform == Platform::OpenShift && ids.user.0 == DEFAULT_ID;
    (!assigned).then(|| (ids.user.0, ids.group.as_ref().map_or(ids.user.0, |group| group.0)))
}

fn pull(app: &App, own: Option<PullPolicy>) -> &'static str {
    let release: Version = app.target.kubernetes.0;
    let cached = app.target.platform == Platform::Kind || release.minor() >= PULL_RIGHTS_CHECKED;
    let default = if cached { PullPolicy::IfNotPresent } else { PullPolicy::Always };
    own.or(app.pull).unwrap_or(default).as_str()
}

/// The commands around the start and the end of a container.
fn hooks(lifecycle: Option<&Lifecycle>) -> (Vec<String>, Vec<String>) {
    let command = |command: Option<&Command>| command.map(|command| command.0.clone()).unwrap_or_default();
    let start = lifecycle.and_then(|lifecycle| lifecycle.post_start.as_ref());
    let stop = lifecycle.and_then(|lifecycle| lifecycle.pre_stop.as_ref()).map(|stop| &stop.value);
    (command(start), command(stop))
}

/// The app's own container.
pub(super) fn main(app: &App, mounts: Vec<Mount>) -> ContainerView {
    let batch = app.workload.is_batch();
    let ids = ids(app, &app.run_as);
    let (post_start, pre_stop) = hooks(app.lifecycle.as_deref());
    ContainerView {
        name: MAIN.to_owned(),
        image: app.image.to_string(),
        pull: pull(app, None),
        always: false,
        command: app.command.clone(),
        args: app.args.clone(),
        ports: app.ports.iter().map(port_view).collect(),
        env: env::variables(app, &app.env, &app.secrets),
        env_from: env::whole(&app.env_from),
        non_root: ids.is_none_or(|(user, _)| user != 0),
        user: ids.map(|(user, _)| user),
        group: ids.map_or(0, |(_, group)| group),
        read_only: !excepted(app, Rule::WritableRootFilesystem),
        capabilities: app.capabilities.iter().map(|capability| capability.value.as_str()).collect(),
        resources: resources(&app.size.value),
        probes: if batch { Vec::new() } else { probes(app.health.as_ref(), &app.ports) },
        post_start,
        pre_stop,
        drain: app.drain(),
        mounts,
    }
}

/// A container beside it. `files` is how many files of the `ConfigMap` come before its own.
pub(super) fn other(
    app: &App,
    other: &Container,
    sidecar: bool,
    shared: &[Mount],
    config: Option<&Config>,
    files: usize,
    volumes: &mut Volumes,
) -> ContainerView {
    let mut mounts = if other.shares_mounts { shared.to_vec() } else { Vec::new() };
    // the token is the app's alone
    mounts.retain(|mount| mount.path != TOKEN_PATH);
    for folder in &other.writable {
        let of_app = shared.iter().find(|mount| !folder.is_tmp() && mount.path == folder.path.as_str());
        mounts.push(of_app.cloned().unwrap_or_else(|| volumes.scratch(folder)));
    }
    mounts.extend(volumes.files(&other.files, config, files));
    mounts.extend(volumes.secrets(&other.secrets));
    mounts.extend(volumes.existing(&other.volumes));
    let ids = ids(app, other.run_as.as_ref().unwrap_or(&app.run_as));
    let (post_start, pre_stop) = hooks(other.lifecycle.as_deref());
    let drain = other.lifecycle.as_ref().and_then(|lifecycle| lifecycle.drain.as_ref());
    ContainerView {
        name: other.name.to_string(),
        image: other.image.to_string(),
        pull: pull(app, other.pull),
        always: sidecar,
        command: other.command.clone(),
        args: other.args.clone(),
        ports: other.ports.iter().map(port_view).collect(),
        env: env::variables(app, &other.env, &other.secrets),
        env_from: env::whole(&other.env_from),
        non_root: ids.is_none_or(|(user, _)| user != 0),
        user: ids.map(|(user, _)| user),
        group: ids.map_or(0, |(_, group)| group),
        read_only: !excepted(app, Rule::WritableRootFilesystem),
        capabilities: Vec::new(),
        resources: resources(&other.size.value),
        probes: other
            .health
            .as_ref()
            .filter(|_| sidecar)
            .map_or_else(Vec::new, |health| probes(Some(health), &other.ports)),
        post_start,
        pre_stop,
        drain: drain.map(|drain| drain.0).filter(|seconds| *seconds > 0),
        mounts,
    }
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
            let disk = own.disk.canonical();
            ResourcesView {
                cpu: own.cpu.canonical(),
                cpu_limit: match own.cpu_limit.as_ref().map(|limit| &limit.value) {
                    Some(CpuLimit::At(limit)) => Some(limit.canonical()),
                    Some(CpuLimit::None) => None,
                    None => Some(tenfold(&own.cpu)),
                },
                memory: own.memory.canonical(),
                disk_request: disk.clone(),
                disk,
            }
        }
    }
}

/// Ten times as much processor time, as the API server writes it.
fn tenfold(cpu: &Quantity) -> String {
    let text = format!("{}m", cpu.millis().saturating_mul(10));
    Quantity::parse(&text).map_or(text, |limit| limit.canonical())
}
