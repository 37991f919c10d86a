//! Probes: something to ask, at a port that there is, in a rhythm that makes sense.

use super::ports::{is_tcp, tcp_port};
use crate::decode::{Decoder, Located};
use crate::diagnostic::Diagnostic;
use crate::spec::App;
use crate::spec::container::Port;
use crate::spec::probe::{Handler, Health, Probe, Startup};
use crate::yaml::Span;

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    let batch = app.workload.is_batch();
    match &app.health {
        Some(health) if batch => decoder.report(
            Diagnostic::error(health.span, format!("a {} has no health checks", app.workload.kind.as_str()))
                .label("it is healthy if it ends without an error"),
        ),
        Some(health) => probes(health, &app.ports, decoder),
        None if !batch && !app.ports.iter().any(is_tcp) => decoder.report(
            Diagnostic::error(app.name.span, "nothing shows whether this app is healthy")
                .label("it has no TCP port to probe")
                .help("health: {live: {exec: [/bin/alive]}}, or health: {none: \"the reason\"}"),
        ),
        None => {}
    }
}

/// The probes of a container with these ports.
pub(super) fn probes(health: &Located<Health>, ports: &[Port], decoder: &mut Decoder<'_>) {
    let asked = [&health.ready, &health.live];
    let nothing = health.startup.is_none() && asked.iter().all(|probe| probe.is_none());
    match &health.none {
        Some(none) if !nothing => decoder.report(
            Diagnostic::error(none.span, "`none` and probes exclude each other")
                .label("take out either this or the probes"),
        ),
        None if nothing => decoder.report(
            Diagnostic::error(health.span, "no probe, and no reason for none")
                .label("expected startup, ready, live or none"),
        ),
        _ => {}
    }
    for probe in asked.into_iter().flatten() {
        target(probe, health.span, ports, decoder);
        if let Some(within) = &probe.within {
            let problem = Diagnostic::error(within.span, "only `startup` has a time within which it has to answer");
            decoder.report(problem.label("expected `period` and `failures`"));
        }
    }
    let single = |probe: &Probe, name: &str, decoder: &mut Decoder<'_>| {
        if let Some(success) = probe.success.as_ref().filter(|success| success.0 != 1) {
            let problem = Diagnostic::error(success.span, format!("`{name}` counts as well after one answer"));
            decoder.report(problem.label("only `ready` has `success`"));
        }
    };
    if let Some(live) = &health.live {
        single(live, "live", decoder);
    }
    match &health.startup {
        Some(Startup::Own(probe)) => {
            target(probe, health.span, ports, decoder);
            single(probe, "startup", decoder);
            if let (Some(within), Some(failures)) = (&probe.within, &probe.failures) {
                let problem = Diagnostic::error(failures.span, "`failures` and `within` say the same");
                decoder.report(problem.label("take one of them out").related(within.span, "the other one"));
            }
        }
        Some(Startup::AsLive(allowance)) => as_live(health, allowance.within.span, ports, decoder),
        None => {}
    }
}

/// A start that is only given time asks what `live` asks, or the first port where nothing else is said.
fn as_live(health: &Health, span: Span, ports: &[Port], decoder: &mut Decoder<'_>) {
    let by_port = health.is_allowance_alone() && ports.iter().any(is_tcp);
    if health.live.is_none() && !by_port {
        let problem = Diagnostic::error(span, "nothing says what the start has to answer");
        decoder.report(problem.label("expected `live`, or one of http, tcp, grpc, exec here"));
    }
}

/// What a probe asks: a TCP port that there is.
fn target(probe: &Probe, span: Span, ports: &[Port], decoder: &mut Decoder<'_>) {
    match &probe.handler {
        Handler::Http(http) => match &http.0.port {
            Some(port) => tcp_port(port, ports, decoder),
            None if !ports.iter().any(is_tcp) => decoder.report(
                Diagnostic::error(span, "an HTTP probe needs a port, and there is none")
                    .label("expected a TCP port in `ports`"),
            ),
            None => {}
        },
        Handler::Tcp(port) => tcp_port(port, ports, decoder),
        Handler::Grpc(grpc) => tcp_port(&grpc.0.port, ports, decoder),
        Handler::Exec(_) => {}
    }
}
