//! The workload itself: its name, replicas, ports, health, size.

use super::health;
use super::ports::{number, suffix};
use crate::decode::{Decoder, Located};
use crate::diagnostic::{Diagnostic, nearest};
use crate::k8s::names;
use crate::spec::App;
use crate::spec::container::{Container, CpuLimit, Port, Size};
use crate::spec::workload::{self, Replicas, WorkloadKind};
use crate::yaml::Span;

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    name(app, decoder);
    workload::check(&app.workload, decoder);
    if app.workload.kind == WorkloadKind::CronJob && app.workload.schedule.is_none() {
        let problem = Diagnostic::error(app.name.span, "a cronjob needs a schedule").label("this app has none");
        decoder.report(problem.help("workload: {kind: cronjob, schedule: \"0 3 * * *\"}"));
    }
    replicas(app, decoder);
    ports(&app.ports, decoder);
    service_ports(app, decoder);
    grace(app, decoder);
    size(&app.size, decoder);
    health::check(app, decoder);
    containers(app, decoder);
}

/// How long the names made from the app's may be, with what makes them so short.
fn name(app: &App, decoder: &mut Decoder<'_>) {
    let why = match app.workload.kind {
        WorkloadKind::CronJob => "a cronjob's jobs get 11 characters more",
        WorkloadKind::StatefulSet => "a statefulset's revisions get 11 characters more",
        _ => "it becomes a label",
    };
    let (length, mut most) = (app.name.len(), app.workload.kind.longest_name());
    if app.workload.fresh.is_some() {
        most = most.saturating_sub("-01234567".len());
    }
    if let Some(headless) = app.workload.headless.as_ref().filter(|headless| headless.as_str() == app.name.as_str()) {
        let problem = Diagnostic::error(headless.span, "the app's own Service has this name");
        decoder.report(problem.label("expected another one"));
    }
    if length > most {
        let problem =
            Diagnostic::error(app.name.span, format!("the name is {length} characters long, at most {most} fit"));
        let better = names::shorten(&app.name, most);
        decoder.report(problem.label(why).help(format!("`{better}` would do")));
    }
}

fn replicas(app: &App, decoder: &mut Decoder<'_>) {
    let replicas = &app.replicas;
    if let Some(place) = replicas.place().filter(|_| !app.workload.has_replicas()) {
        let kind = app.workload.kind.as_str();
        decoder.report(Diagnostic::error(place, format!("a {kind} has no replicas")).label("take this out"));
    }
    if let Replicas::Scaled(scale) = &replicas.value
        && scale.min.0 > scale.max.0
    {
        decoder.report(
            Diagnostic::error(scale.min.span, format!("min {} is above max {}", scale.min.0, scale.max.0))
                .label("expected at most max")
                .related(scale.max.span, "max"),
        );
    }
}

fn ports(ports: &[Port], decoder: &mut Decoder<'_>) {
    twice(ports.iter().map(|port| (port.name.as_str().to_owned(), port.name.span)), "port name", decoder);
    twice(ports.iter().map(|port| (number(port), port.port.span)), "port", decoder);
}

fn service_ports(app: &App, decoder: &mut Decoder<'_>) {
    let numbers = app.offered_ports().filter_map(|port| {
        let span = port.service.as_ref().map_or(port.port.span, |number| number.span);
        port.service_port().map(|number| (format!("{number}{}", suffix(port)), span))
    });
    twice(numbers, "port of the Service", decoder);
}

/// The API server refuses a pod that drains for longer than it may live on.
fn grace(app: &App, decoder: &mut Decoder<'_>) {
    let Some(drain) = app.drain() else { return };
    let own = app.workload.grace.as_ref();
    let most = own.map_or(app.workload.usual_grace(), |grace| grace.0);
    let place = own.map(|grace| grace.span);
    let lifecycle = app.lifecycle.as_ref().and_then(|lifecycle| lifecycle.drain.as_ref()).map(|drain| drain.span);
    if let Some(span) = place.or(lifecycle).filter(|_| most <= drain) {
        let problem = Diagnostic::error(span, "the app would be killed before it is told to stop");
        decoder.report(
            problem
                .label(format!("expected `workload.grace` of {} or more", drain + 1))
                .help(format!("the first {drain} seconds pass while requests still come")),
        );
    }
}

/// Reports what stands twice.
pub(super) fn twice(values: impl Iterator<Item = (String, Span)>, what: &str, decoder: &mut Decoder<'_>) {
    let mut seen: Vec<(String, Span)> = Vec::new();
    for (value, span) in values.filter(|(_, span)| !span.is_empty()) {
        match seen.iter().find(|(other, _)| *other == value) {
            Some((_, first)) => decoder.report(
                Diagnostic::error(span, format!("{what} `{value}` is here twice"))
                    .label("the second time")
                    .related(*first, "the first time"),
            ),
            None => seen.push((value, span)),
        }
    }
}

fn size(size: &Located<Size>, decoder: &mut Decoder<'_>) {
    let Size::Explicit(resources) = &size.value else { return };
    if let Some(limit) = &resources.cpu_limit
        && let CpuLimit::At(quantity) = &limit.value
        && **quantity < **resources.cpu
    {
        decoder.report(
            Diagnostic::error(limit.span, "the limit of processor time is below the request")
                .label("expected at least `cpu`")
                .related(resources.cpu.span, "the request"),
        );
    }
}

fn containers(app: &App, decoder: &mut Decoder<'_>) {
    let others = || app.sidecars.iter().chain(&app.init);
    let main = (MAIN.to_owned(), app.name.span);
    twice(
        std::iter::once(main).chain(others().map(|it| (it.name.as_str().to_owned(), it.name.span))),
        "container",
        decoder,
    );
    for container in others() {
        size(&container.size, decoder);
        ports(&container.ports, decoder);
    }
    for container in &app.sidecars {
        if let Some(health) = &container.health {
            health::probes(health, &container.ports, decoder);
        }
    }
    for Container { health, ports, .. } in &app.init {
        if let Some(health) = health {
            decoder.report(
                Diagnostic::error(health.span, "an init container has no health checks").label("take this out"),
            );
        }
        for service in ports.iter().filter_map(|port| port.service.as_ref()).filter(|number| number.0 != 0) {
            let problem = Diagnostic::error(service.span, "an init container has no port at the Service");
            decoder.report(problem.label("it has ended before the Service gets requests"));
        }
    }
    ports_of_the_pod(app, decoder);
}

/// All containers of a pod share one network: numbers collide, and a name means the first port that has it.
fn ports_of_the_pod(app: &App, decoder: &mut Decoder<'_>) {
    let mut before: Vec<&Port> = app.ports.iter().collect();
    for sidecar in &app.sidecars {
        for port in &sidecar.ports {
            for other in &before {
                let same_number = number(port) == number(other);
                if same_number || port.name.value == other.name.value {
                    let (what, span, first) = if same_number {
                        (format!("port `{}`", number(port)), port.port.span, other.port.span)
                    } else {
                        (format!("port name `{}`", port.name.as_str()), port.name.span, other.name.span)
                    };
                    let problem = Diagnostic::error(span, format!("{what} is here twice"));
                    decoder
                        .report(problem.label("in another container of the same pod").related(first, "the first time"));
                }
            }
        }
        before.extend(&sidecar.ports);
    }
}

/// The name of the app's own container.
pub const MAIN: &str = "app";

/// What environments may not say.
pub(super) fn environments(app: &App, decoder: &mut Decoder<'_>) {
    for (name, environment) in &app.environments {
        let (kind, other) = (app.workload.kind, environment.workload.as_ref().map(|workload| workload.kind));
        if let Some(other) = other.filter(|other| *other != kind) {
            let message = format!("the app is a {}, and here a {}", kind.as_str(), other.as_str());
            decoder.report(Diagnostic::error(name.span, message).label("an environment has the kind of the app"));
        }
        for (name, _) in &environment.storage {
            if !app.storage.iter().any(|storage| storage.name.as_str() == name.as_str()) {
                let known = app.storage.iter().map(|storage| storage.name.as_str());
                let problem = Diagnostic::error(name.span, format!("there is no storage `{}`", name.as_str()));
                decoder.report(match nearest(name, known) {
                    Some(near) => problem.label(format!("did you mean `{near}`?")),
                    None => problem.label("expected the name of a storage of this app"),
                });
            }
        }
    }
}
