//! The pod: where it runs, as whom, and what is in it.

use super::container::{self, ids};
use super::labels::labels;
use super::shared::excepted;
use super::volumes::{self, Volumes};
use crate::generate::view::{Config, ContainerView, Pair, Pod, SpreadView, TolerationView};
use crate::k8s::version::Version;
use crate::spec::App;
use crate::spec::app::Platform;
use crate::spec::exception::Rule;
use crate::spec::network::Scrape;
use crate::spec::placement::{Effect, Spread, Toleration};
use crate::spec::validate::find_port;
use crate::spec::workload::WorkloadKind;

/// `SupplementalGroupsPolicy` is stable in 1.35 (KEP-3619), and from 1.36 on the kubelet needs a container runtime that has
/// it (containerd 2): before, a node may refuse the pod.
const STRICT_GROUPS: u8 = 36;
/// Ports below this one are kept for root by default.
const UNPRIVILEGED: i64 = 1024;

pub(super) fn pod(app: &App, most: i64, config: Option<&Config>) -> Pod {
    let release: Version = app.target.kubernetes.0;
    let (mut volumes, mounts) = volumes::volumes(app, config);
    let main = container::main(app, mounts.clone());
    let init = others(app, &mounts, config, &mut volumes);
    let ids = ids(app, &app.run_as);
    let ports = app.ports.iter().chain(app.sidecars.iter().flat_map(|sidecar| &sidecar.ports));
    let lowest = ports.map(|port| port.port.0).min().filter(|port| *port < UNPRIVILEGED && *port > 0);
    let shares = app.host.network.is_some() || app.host.pid.is_some();
    let is_root = ids.is_some_and(|(user, _)| user == 0);
    Pod {
        labels: pod_labels(app),
        annotations: pod_annotations(app),
        host_network: app.host.network.is_some(),
        host_pid: app.host.pid.is_some(),
        host_users_off: !excepted(app, Rule::HostUserNamespace)
            && !shares
            && app.target.platform != Platform::OpenShift,
        strict_groups: release.minor() >= STRICT_GROUPS && app.target.platform != Platform::OpenShift,
        non_root: main.non_root && init.iter().all(|container| container.non_root),
        user: ids.map(|(user, _)| user),
        group: ids.map_or(0, |(_, group)| group),
        low_port: lowest.filter(|_| !is_root && app.host.network.is_none()).map(|port| port.to_string()),
        node_selector: app.node_selector.iter().map(|(key, value)| Pair::new(key.as_str(), value.as_str())).collect(),
        tolerations: tolerations(app),
        priority_class: app.priority_class.as_ref().map(|class| class.to_string()),
        runtime_class: app.runtime_class.as_ref().map(|class| class.to_string()),
        spread: spread(app, most),
        alone: most > 1 && app.topology.nodes.value == Spread::Prefer,
        near: app.topology.near.iter().map(|app| app.to_string()).collect(),
        apart: app.topology.apart.iter().map(|app| app.to_string()).collect(),
        grace: app.workload.grace.as_ref().map_or(app.workload.usual_grace(), |grace| grace.0),
        init,
        containers: vec![main],
        volumes: volumes.list,
    }
}

/// The containers beside the main one. Sidecars come before the init containers, which may need them, a database proxy for
/// example.
fn others(
    app: &App,
    mounts: &[crate::generate::view::Mount],
    config: Option<&Config>,
    volumes: &mut Volumes,
) -> Vec<ContainerView> {
    let mut files = app.files.len();
    let mut views = Vec::new();
    for (at, other) in app.others().enumerate() {
        let is_sidecar = at < app.sidecars.len();
        views.push(container::other(app, other, is_sidecar, mounts, config, files, volumes));
        files += other.files.len();
    }
    views
}

fn pod_labels(app: &App) -> Vec<Pair> {
    let of_all = labels(app).into_iter().filter(|label| label.key != "app.kubernetes.io/managed-by");
    let own = |key: &str| app.pods.labels.keys().any(|other| other.as_str() == key);
    let mut labels: Vec<Pair> = of_all.filter(|label| !own(&label.key)).collect();
    labels.extend(app.pods.labels.iter().map(|(key, value)| Pair::new(key.as_str(), value.as_str())));
    labels
}

fn pod_annotations(app: &App) -> Vec<Pair> {
    let mut annotations: Vec<Pair> = Vec::new();
    let metrics = app.metrics.as_ref().filter(|metrics| metrics.by.value == Scrape::Annotation);
    let port = metrics.and_then(|metrics| find_port(&metrics.port.value, app.offered_ports()));
    if let (Some(metrics), Some(port)) = (metrics, port) {
        annotations.push(Pair::new("prometheus.io/scrape", "true"));
        annotations.push(Pair::new("prometheus.io/port", port.port.0.to_string()));
        annotations.push(Pair::new("prometheus.io/path", metrics.path.as_str()));
    }
    let own = app.pods.annotations.iter().map(|(key, value)| Pair::new(key.as_str(), value.as_str()));
    for pair in own {
        annotations.retain(|other| other.key != pair.key);
        annotations.push(pair);
    }
    annotations
}

fn tolerations(app: &App) -> Vec<TolerationView> {
    let view = |toleration: &Toleration| TolerationView {
        key: toleration.key.as_ref().map(|key| key.to_string()),
        value: toleration.value.as_ref().map(|value| value.to_string()),
        effect: toleration.effect.map(Effect::as_str),
        seconds: toleration.seconds.as_ref().map(|seconds| seconds.0),
    };
    app.tolerations.iter().map(|toleration| view(&toleration.value)).collect()
}

fn spread(app: &App, most: i64) -> Vec<SpreadView> {
    let by_revision = app.workload.kind == WorkloadKind::Deployment;
    let view = |key, spread: Spread| match spread {
        Spread::Strict => Some(SpreadView { key, strict: true, by_revision }),
        // nodes are preferred by an affinity, which looks at every pod and not at their number only
        Spread::Prefer if key == ZONE => Some(SpreadView { key, strict: false, by_revision: false }),
        Spread::Prefer | Spread::Any => None,
    };
    let both = [view(ZONE, app.topology.zones.value), view(NODE, app.topology.nodes.value)];
    both.into_iter().flatten().filter(|_| most > 1).collect()
}

const ZONE: &str = "topology.kubernetes.io/zone";
const NODE: &str = "kubernetes.io/hostname";
