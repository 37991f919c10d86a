//! Where pods run: taints, classes, spreading, and what Kubernetes takes of each.

use crate::decode::Decoder;
use crate::diagnostic::Diagnostic;
use crate::spec::App;
use crate::spec::level::Level;
use crate::spec::network::Scrape;
use crate::spec::placement::{Effect, Toleration};
use crate::spec::volume::Content;

/// `ImageVolume` is on by default from this release on (KEP-4639).
const IMAGE_VOLUMES: u8 = 35;

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    for toleration in &app.tolerations {
        tolerates(toleration, decoder);
    }
    for spread in [&app.topology.zones, &app.topology.nodes] {
        if let Some(span) = spread.place().filter(|_| !app.workload.has_replicas()) {
            let problem =
                Diagnostic::error(span, format!("the pods of a {} are not spread", app.workload.kind.as_str()));
            decoder.report(problem.label("only those of a deployment or statefulset are"));
        }
    }
    if let Some(class) =
        app.priority_class.as_ref().filter(|class| class.starts_with("system-") && app.level.value != Level::Privileged)
    {
        let problem = Diagnostic::error(class.span, format!("`{}` is a class of the system", class.as_str()));
        decoder.report(problem.label("an app of this class has the cluster's own pods make place for it"));
    }
    for shared in app.host.network.iter().chain(&app.host.pid).filter(|_| app.level.value != Level::Privileged) {
        let level = app.level.value.as_str();
        let problem = Diagnostic::error(shared.span, format!("a pod shares nothing with its node at level {level}"));
        decoder.report(problem.label("only an app of level privileged does").related(app.level.span, "the level"));
    }
    volumes(app, decoder);
    monitor(app, decoder);
    lifecycles(app, decoder);
}

fn tolerates(toleration: &Toleration, decoder: &mut Decoder<'_>) {
    if let Some(value) = toleration.value.as_ref().filter(|_| toleration.key.is_none()) {
        let problem = Diagnostic::error(value.span, "a value of no taint");
        decoder.report(problem.label("expected `key` beside it"));
    }
    if let Some(seconds) = toleration.seconds.as_ref().filter(|_| toleration.effect != Some(Effect::NoExecute)) {
        let problem = Diagnostic::error(seconds.span, "only a taint that ends pods leaves them time");
        decoder.report(problem.label("expected `effect: NoExecute` beside it"));
    }
}

fn volumes(app: &App, decoder: &mut Decoder<'_>) {
    let others = app.sidecars.iter().chain(&app.init).flat_map(|container| &container.volumes);
    for volume in app.volumes.iter().chain(others) {
        match &volume.content {
            Content::Nfs(share, _) if app.level.value == Level::Restricted => decoder.report(
                Diagnostic::error(share.span, "a folder of a server is refused at level restricted")
                    .label("the node would mount whatever is written here")
                    .related(app.level.span, "the level")
                    .help("have a PersistentVolume made for it, and claim it by `storage`"),
            ),
            Content::HostPath(folder, _) if app.level.value != Level::Privileged => decoder.report(
                Diagnostic::error(
                    folder.span,
                    format!("a folder of the node is refused at level {}", app.level.value.as_str()),
                )
                .label("only an app of level privileged has one")
                .related(app.level.span, "the level"),
            ),
            Content::Image(image) if app.target.kubernetes.0.minor() < IMAGE_VOLUMES => decoder.report(
                Diagnostic::error(image.span, "this release mounts no images")
                    .label(format!("from Kubernetes 1.{IMAGE_VOLUMES} on"))
                    .related(app.target.kubernetes.span, "the release"),
            ),
            Content::Projected(parts, _) if parts.is_empty() => {
                decoder
                    .report(Diagnostic::error(parts.span, "a volume of nothing").label("expected at least one source"));
            }
            _ => {}
        }
    }
}

fn monitor(app: &App, decoder: &mut Decoder<'_>) {
    let Some(metrics) = &app.metrics else { return };
    if metrics.by.value == Scrape::Annotation {
        let labels = metrics.labels.keys().next().map(|key| ("labels", key.span));
        let interval = metrics.interval.as_ref().map(|interval| ("interval", interval.span));
        for (key, span) in labels.into_iter().chain(interval) {
            let problem = Diagnostic::error(span, format!("`{key}` belongs to a monitor"));
            decoder.report(problem.label("expected `by: serviceMonitor` or `by: podMonitor` beside it"));
        }
    }
    let port = app.offered_ports().find(|port| metrics.port.means(port));
    if metrics.by.value == Scrape::ServiceMonitor && port.is_some_and(|port| port.service_port().is_none()) {
        let problem = Diagnostic::error(metrics.port.span, "a ServiceMonitor finds ports of the Service alone");
        decoder.report(problem.label("this one is not in the Service").help("metrics: {by: podMonitor}"));
    }
}

fn lifecycles(app: &App, decoder: &mut Decoder<'_>) {
    let all = app.sidecars.iter().filter_map(|sidecar| sidecar.lifecycle.as_ref()).chain(&app.lifecycle);
    for lifecycle in all {
        if let (Some(stop), Some(drain)) = (&lifecycle.pre_stop, &lifecycle.drain) {
            let problem = Diagnostic::error(drain.span, "`drain` and `preStop` exclude each other");
            decoder.report(problem.label("the command has to wait itself").related(stop.span, "the command"));
        }
    }
    for lifecycle in app.init.iter().filter_map(|container| container.lifecycle.as_ref()) {
        let problem = Diagnostic::error(lifecycle.span, "an init container has no lifecycle");
        decoder.report(problem.label("it runs to its end"));
    }
}
