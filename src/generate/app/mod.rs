//! From an app to what its templates see, and from there to its files.

mod container;
mod env;
mod labels;
mod network;
mod pod;
mod probes;
mod scale;
mod shared;
mod volumes;

use minijinja::Error;
use sha2::{Digest as _, Sha256};

pub(super) use labels::selector;
pub(super) use network::dns;

use labels::labels;
use network::called;
use shared::{excepted, port_view};

use super::view::{Annotations, AppView, Batch, Claim, Cron, ExternalSecret, Pair, RoleRule, RouteView};
use crate::decode::Map;
use crate::render::plan::Manifest;
use crate::spec::App;
use crate::spec::app::Platform;
use crate::spec::container::Port;
use crate::spec::exception::{Object, Rule};
use crate::spec::leaves::MetaKey;
use crate::spec::level::Level;
use crate::spec::network::Via;
use crate::spec::storage::Access;
use crate::spec::workload::{Concurrency, Retention, Start, WorkloadKind};
use crate::template;

/// The rights of an app that uses the Kubernetes API: whoever may write them can give rights.
const ROLE: &str = "role";
/// The Secrets that are fetched: whoever may write them can read what the store has.
pub(super) const EXTERNAL_SECRETS: &str = "external-secrets";
/// What is the platform's to give.
pub(super) const GRANTS: [&str; 2] = [ROLE, EXTERNAL_SECRETS];

/// The manifests of an app in the order in which they are best applied: what others need comes first.
pub fn manifests(app: &App) -> Result<Vec<Manifest>, Error> {
    let mut view = view(app);
    if app.workload.fresh.is_some() {
        view.workload = fresh_name(&view)?;
    }
    let (workload, template) = match app.workload.kind {
        WorkloadKind::Deployment => ("deployment", "app/deployment.yaml.j2"),
        WorkloadKind::StatefulSet => ("stateful-set", "app/stateful-set.yaml.j2"),
        WorkloadKind::DaemonSet => ("daemon-set", "app/daemon-set.yaml.j2"),
        WorkloadKind::Job => ("job", "app/job.yaml.j2"),
        WorkloadKind::CronJob => ("cron-job", "app/cron-job.yaml.j2"),
    };
    let claims_apart = !view.claims.is_empty() && app.workload.kind != WorkloadKind::StatefulSet;
    let has_service = !view.service_ports.is_empty() || view.headless.is_some();
    let route = match app.route.as_ref().map(|route| route.via) {
        Some(Via::Gateway) => Some(("http-route", "app/http-route.yaml.j2")),
        Some(Via::Ingress) => Some(("ingress", "app/ingress.yaml.j2")),
        None => None,
    };
    let parts = [
        Some((20, "service-account", "app/service-account.yaml.j2")),
        (!view.role.is_empty()).then_some((20, ROLE, "app/role.yaml.j2")),
        (!view.external_secrets.is_empty()).then_some((20, EXTERNAL_SECRETS, "app/external-secrets.yaml.j2")),
        Some((30, "network-policy", "app/network-policy.yaml.j2")),
        view.config.is_some().then_some((40, "config-map", "app/config-map.yaml.j2")),
        claims_apart.then_some((40, "storage", "app/storage.yaml.j2")),
        Some((50, workload, template)),
        has_service.then_some((60, "service", "app/service.yaml.j2")),
        route.map(|(name, template)| (60, name, template)),
        view.scale.is_some().then_some((70, "autoscaler", "app/autoscaler.yaml.j2")),
        view.budget.then_some((70, "disruption-budget", "app/disruption-budget.yaml.j2")),
        view.monitor.is_some().then_some((70, "monitor", "app/monitor.yaml.j2")),
    ];
    let context = template::context("app", &view);
    parts
        .into_iter()
        .flatten()
        .map(|(order, name, template)| Ok(Manifest { order, name, text: template::render(template, context.clone())? }))
        .collect()
}

/// The name of a job after what it runs: another job for another pod.
fn fresh_name(view: &AppView) -> Result<String, Error> {
    let text = template::render("app/job.yaml.j2", template::context("app", view))?;
    let digest = Sha256::digest(text.as_bytes());
    let suffix = digest.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    Ok(format!("{}-{suffix:08x}", view.name))
}

fn view(app: &App) -> AppView {
    let scaled = app.workload.has_replicas();
    let replicas = &app.replicas.value;
    let (most, least) = if scaled { (replicas.most(), replicas.least()) } else { (1, 1) };
    let scale = scale::scale(replicas).filter(|_| scaled);
    let config = volumes::config(app);
    let (ingress, egress) = (network::ingress(app), network::egress(app));
    let policy_types = [("Ingress", ingress.is_empty()), ("Egress", egress.is_empty())];
    AppView {
        name: app.name.to_string(),
        namespace: app.namespace().to_owned(),
        kind: kind(app.workload.kind),
        labels: labels(app),
        selector: selector(&app.name),
        annotations: annotations(app),
        replicas: (scaled && scale.is_none()).then_some(most),
        recreate: app
            .storage
            .iter()
            .any(|storage| access(app, storage.access.as_ref().map(|it| it.value)) != Access::ReadWriteMany),
        headless: headless(app),
        workload: app.name.to_string(),
        parallel_start: app.workload.start.value == Start::Parallel,
        partition: app.workload.partition.as_ref().map(|number| number.0),
        when_deleted: if app.workload.retention.value == Retention::Delete { "Delete" } else { "Retain" },
        when_scaled: if app.workload.retention.value == Retention::Keep { "Retain" } else { "Delete" },
        batch: app.workload.is_batch().then(|| Batch {
            retries: app.workload.retries.0,
            completions: app.workload.completions.as_ref().map(|number| number.0),
            parallel: app.workload.parallel.as_ref().map(|number| number.0),
            indexed: app.workload.indexed.is_some(),
            deadline: app.workload.deadline.0,
            keep: app.workload.keep.0,
        }),
        cron: app.workload.schedule.as_ref().map(|schedule| Cron {
            schedule: schedule.to_string(),
            time_zone: app.workload.time_zone.to_string(),
            concurrency: match app.workload.concurrency.value {
                Concurrency::Forbid => "Forbid",
                Concurrency::Allow => "Allow",
                Concurrency::Replace => "Replace",
            },
            starting_deadline: app.workload.starting_deadline.0,
        }),
        pod: pod::pod(app, most, config.as_ref()),
        pull_secrets: app.pull_secrets.iter().map(|name| name.to_string()).collect(),
        role: role(app),
        ports: app.offered_ports().map(port_view).collect(),
        service_ports: app.offered_ports().filter(|port| port.service_port().is_some()).map(port_view).collect(),
        claims: claims(app),
        config,
        scale,
        budget: scaled && least > 1,
        dns: network::dns(&app.target),
        policy_types: policy_types.iter().filter(|(_, empty)| !empty).map(|(name, _)| *name).collect(),
        ingress,
        egress,
        route: route(app),
        service_labels: app.service.labels.iter().map(|(key, value)| Pair::new(key.as_str(), value.as_str())).collect(),
        monitor: scale::monitor(app),
        external_secrets: external_secrets(app),
    }
}

fn kind(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Deployment => "Deployment",
        WorkloadKind::StatefulSet => "StatefulSet",
        WorkloadKind::DaemonSet => "DaemonSet",
        WorkloadKind::Job => "Job",
        WorkloadKind::CronJob => "CronJob",
    }
}

/// The kind of an app's workload with its API version.
pub fn type_of(app: &App) -> (&'static str, &'static str) {
    let version = if app.workload.is_batch() { "batch/v1" } else { "apps/v1" };
    (version, kind(app.workload.kind))
}

fn headless(app: &App) -> Option<String> {
    (app.workload.kind == WorkloadKind::StatefulSet).then(|| app.headless())
}

fn annotations(app: &App) -> Annotations {
    let of = |object: Object| -> Vec<Pair> {
        let here = app.exceptions.iter().filter(|exception| exception.rule.value.object() == object);
        here.map(|exception| {
            let text =
                format!("{} ({}, until {})", exception.reason.as_str(), exception.ticket.as_str(), **exception.expires);
            Pair::new(format!("tightship/allow.{}", exception.rule.value.as_str()), text)
        })
        .collect()
    };
    let own = |map: &Map<MetaKey, String>| -> Vec<Pair> {
        map.iter().map(|(key, value)| Pair::new(key.as_str(), value.as_str())).collect()
    };
    let mut workload = own(&app.annotations);
    workload.extend(of(Object::Workload));
    // whoever shares the network or the processes of the node has its user ids as well
    let shared = format!("tightship/allow.{}", Rule::HostNamespaces.as_str());
    let users = format!("tightship/allow.{}", Rule::HostUserNamespace.as_str());
    let reason = workload.iter().find(|pair| pair.key == shared).map(|pair| pair.value.clone());
    if let Some(reason) = reason.filter(|_| workload.iter().all(|pair| pair.key != users)) {
        workload.push(Pair::new(users, reason));
    }
    if app.level.value != Level::Restricted {
        let mut gap: Vec<&str> = Vec::new();
        if excepted(app, Rule::RunAsRoot) {
            gap.push("runAsNonRoot");
        }
        if app.capabilities.iter().any(|capability| capability.value.as_str() != "NET_BIND_SERVICE") {
            gap.push("capabilities");
        }
        if app.host_paths().next().is_some() {
            gap.push("hostPath");
        }
        if app.host.network.is_some() {
            gap.push("hostNetwork");
        }
        if app.host.pid.is_some() {
            gap.push("hostPID");
        }
        let text = if gap.is_empty() { "none".to_owned() } else { gap.join(", ") };
        workload.push(Pair::new("tightship/gap-to-restricted", text));
    }
    // an environment may have another route than the one that needs the exception
    let unencrypted = app.route.as_ref().is_some_and(|route| route.via == Via::Ingress && route.tls.is_none());
    let mut route = app.route.as_ref().map(|route| own(&route.annotations)).unwrap_or_default();
    if unencrypted {
        route.extend(of(Object::Route));
    }
    Annotations { workload, role: of(Object::Role), route, service: own(&app.service.annotations) }
}

/// The Secrets that are fetched: those that say from where, and all others of an app whose Secrets are in a store.
fn external_secrets(app: &App) -> Vec<ExternalSecret> {
    let mut found: Vec<ExternalSecret> = Vec::new();
    for secret in app.secrets.iter().chain(app.others().flat_map(|container| &container.secrets)) {
        let name = secret.name.to_string();
        if found.iter().any(|other| other.name == name) {
            continue;
        }
        let one = match (&secret.from, &app.output.secret_store) {
            (Some(from), _) => ExternalSecret {
                keys: secret.keys.iter().map(|key| key.to_string()).collect(),
                store: from.store.to_string(),
                kind: from.kind.as_str(),
                key: from.key.to_string(),
                refresh: format!("{}s", from.refresh.seconds()),
                name,
            },
            (None, Some(store)) => ExternalSecret {
                keys: Vec::new(),
                store: store.to_string(),
                // of this namespace: a ClusterSecretStore serves every one
                kind: "SecretStore",
                key: format!("{}/{name}", app.namespace()),
                refresh: "1h0m0s".to_owned(),
                name,
            },
            (None, None) => continue,
        };
        found.push(one);
    }
    found
}

fn role(app: &App) -> Vec<RoleRule> {
    app.api
        .iter()
        .map(|rule| RoleRule {
            group: rule.group.to_string(),
            resource: rule.resource.to_string(),
            names: rule.names.iter().map(|name| name.to_string()).collect(),
            verbs: rule.verbs.iter().map(|verb| verb.to_string()).collect(),
        })
        .collect()
}

fn access(app: &App, access: Option<Access>) -> Access {
    // kind's volumes come from no CSI driver, which ReadWriteOncePod needs
    let default = if app.target.platform == Platform::Kind { Access::ReadWriteOnce } else { Access::ReadWriteOncePod };
    access.unwrap_or(default)
}

fn claims(app: &App) -> Vec<Claim> {
    app.storage
        .iter()
        .map(|storage| Claim {
            name: format!("{}-{}", app.name.as_str(), storage.name.as_str()),
            volume: storage.name.to_string(),
            size: storage.size.canonical(),
            class: storage.class.as_ref().map(|class| class.to_string()),
            access: access(app, storage.access.as_ref().map(|it| it.value)).as_str(),
        })
        .collect()
}

fn route(app: &App) -> Option<RouteView> {
    let route = app.route.as_ref()?;
    let port = called(app, route);
    let gateway = route.gateway.as_ref().map(|gateway| &***gateway);
    Some(RouteView {
        host: route.host.to_string(),
        path: route.path.to_string(),
        service_port: port.and_then(Port::service_port).unwrap_or(0),
        gateway: gateway.map(|(_, name)| name.clone()),
        namespace: gateway.map(|(namespace, _)| namespace.clone()),
        listener: route.listener.to_string(),
        class: route.class.as_ref().map(|class| class.to_string()),
        tls: route.tls.as_ref().map(|tls| tls.to_string()),
    })
}
