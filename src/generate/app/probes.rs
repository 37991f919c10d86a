//! The probes of a container.

use crate::decode::Located;
use crate::generate::view::{HttpView, Pair, ProbeView};
use crate::spec::container::{Port, PortRef, Protocol};
use crate::spec::probe::{Handler, Health, Probe, Scheme, Startup};
use crate::spec::validate::find_port;

/// A probe by its name in a container, with its rhythm where nothing is said: seconds between two questions, and failures.
const STARTUP: (&str, i64, i64) = ("startupProbe", 2, 30);
const READY: (&str, i64, i64) = ("readinessProbe", 5, 3);
const LIVE: (&str, i64, i64) = ("livenessProbe", 10, 3);

/// The probes by their names in a container, startup first: it holds the others back.
pub(super) fn probes(health: Option<&Located<Health>>, ports: &[Port]) -> Vec<ProbeView> {
    let first = ports.iter().find(|port| port.protocol == Protocol::Tcp);
    let connect = || {
        let port = PortRef::Number(first.map(|port| port.port.0)?);
        Some(Probe { handler: Handler::Tcp(port.into()), ..Probe::default() })
    };
    let (ready, live) = match health {
        Some(health) if health.none.is_some() => return Vec::new(),
        Some(health) if !health.is_allowance_alone() => (health.ready.clone(), health.live.clone()),
        _ => (connect(), connect()),
    };
    let startup = match health.and_then(|health| health.startup.as_ref()) {
        Some(Startup::Own(probe)) => Some((**probe).clone()),
        Some(Startup::AsLive(allowance)) => live.clone().map(|live| Probe {
            handler: live.handler,
            period: Some(allowance.period),
            within: Some(allowance.within.clone()),
            ..Probe::default()
        }),
        // what `live` asks, in the rhythm of a start
        None => live.clone().map(|live| Probe { handler: live.handler, timeout: live.timeout, ..Probe::default() }),
    };
    let all = [(startup, STARTUP), (ready, READY), (live, LIVE)];
    all.into_iter().filter_map(|(probe, usual)| Some(view(&probe?, usual, first, ports))).collect()
}

fn view(
    probe: &Probe,
    (name, period, failures): (&'static str, i64, i64),
    first: Option<&Port>,
    ports: &[Port],
) -> ProbeView {
    let period = probe.period.map_or(period, |period| period.0);
    let within = probe.within.as_ref().map(|within| (within.seconds() + period - 1) / period);
    let failures = within.or(probe.failures.as_ref().map(|failures| failures.0)).unwrap_or(failures);
    let mut view = ProbeView {
        name,
        http: None,
        tcp: None,
        grpc: None,
        grpc_service: None,
        exec: Vec::new(),
        delay: probe.delay.0,
        period,
        timeout: probe.timeout.0,
        failures: failures.max(1),
        success: probe.success.as_ref().map_or(1, |success| success.0),
    };
    match &probe.handler {
        Handler::Http(http) => {
            let port = http.0.port.as_ref();
            view.http = Some(HttpView {
                path: http.0.path.to_string(),
                port: port.map_or(first.map(|port| port.port.0), |port| number(&port.value, ports)).unwrap_or(0),
                https: http.0.scheme == Scheme::Https,
                headers: http.0.headers.iter().map(|(name, value)| Pair::new(name.as_str(), value.as_str())).collect(),
            });
        }
        Handler::Tcp(port) => view.tcp = number(&port.value, ports),
        Handler::Grpc(grpc) => {
            view.grpc = number(&grpc.0.port.value, ports);
            view.grpc_service = grpc.0.service.as_ref().map(|service| service.to_string());
        }
        Handler::Exec(command) => view.exec.clone_from(&command.0),
    }
    view
}

fn number(port: &PortRef, ports: &[Port]) -> Option<i64> {
    find_port(port, ports).map(|port| port.port.0)
}
