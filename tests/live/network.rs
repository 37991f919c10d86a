//! Who reaches whom, for each kind of workload. A refusal only counts beside the proof that the same client can reach what
//! it may.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::pods;
use crate::spec::Room;

pub const TESTS: &[Test] =
    &[("network::servers_let_in_who_is_listed", servers), ("network::runs_reach_what_is_listed", runs)];

fn fetch(live: &Live, room: &Room<'_>, client: &str, url: &str) -> bool {
    let script = format!("timeout 3 wget -qO- {url}");
    live.exec(&room.name, &format!("deployment/{client}"), "app", &script).ok
}

fn servers(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "network", "")?;
    let one = "replicas: 1\n";
    let calls = |apps: &[&str]| -> String {
        let peers: Vec<String> = apps.iter().map(|app| format!("{{app: {app}, port: 8080}}")).collect();
        format!("{one}network: {{to: [{}]}}", peers.join(", "))
    };
    let lets_in = "network: {from: [{app: client}]}";
    let servers = [("web", "deployment"), ("db", "statefulset"), ("agent", "daemonset")];
    room.apply(&[
        room.web("web", &format!("{one}{lets_in}")),
        room.web("db", &format!("workload: statefulset\n{one}{lets_in}")),
        room.web("agent", &format!("workload: daemonset\n{lets_in}")),
        room.web("open", &format!("{one}network: {{from: [{{app: stranger}}]}}")),
        room.web("client", &calls(&["web", "db", "agent"])),
        // lets itself out to all of them, but only `open` lists it
        room.web("stranger", &calls(&["web", "db", "agent", "open"])),
    ])?;
    for (app, kind) in
        servers.into_iter().chain([("open", "deployment"), ("client", "deployment"), ("stranger", "deployment")])
    {
        live.wait_for_rollout(&room.name, &format!("{kind}/{app}"))?;
    }
    eventually("the other peer reaches what lists it", || Ok(fetch(live, &room, "stranger", "http://open/")))?;
    for (server, kind) in servers {
        let url = format!("http://{server}/");
        eventually(&format!("the listed peer reaches the {kind} by its name"), || {
            Ok(fetch(live, &room, "client", &url))
        })?;
        // on a busy node a policy may hold a moment after the pod is ready, but then it holds
        eventually(&format!("{kind}: a peer that is not listed stays out"), || {
            Ok(!fetch(live, &room, "stranger", &url))
        })?;
        ensure(!fetch(live, &room, "stranger", &url), || format!("{kind}: a peer that is not listed came in"))?;
    }
    ensure(!fetch(live, &room, "client", "http://open/"), || "a call that is not listed went out".to_owned())?;
    // the node's own API server answers everybody who reaches it
    let node = live.ok(&["get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}"])?;
    let reached = live.exec(&room.name, "deployment/client", "app", &format!("timeout 3 nc {node} 6443 </dev/null"));
    ensure(!reached.ok, || "an address that is not listed was reached".to_owned())
}

/// What a run looks at: itself, DNS, the server that lists it and is listed, and one that is not.
const SCRIPT: &str = "cat /proc/self/status; echo x > /planted; \
    until timeout 3 wget -qO- http://web/; do sleep 1; done; \
    timeout 5 nslookup kubernetes.default.svc.cluster.local >/tmp/dns && echo DNS answers; \
    timeout 3 wget -qO- http://closed/ || echo closed is closed";

fn runs(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "runs", "")?;
    let from = "replicas: 1\nnetwork: {from: [{app: once}, {app: nightly}]}";
    let run = |kind: &str| {
        format!("workload: {kind}\ncommand: [sh, -c, {SCRIPT:?}]\nnetwork: {{to: [{{app: web, port: 8080}}]}}")
    };
    room.apply(&[
        room.web("web", from),
        room.web("closed", from),
        room.app("once", &run("job")),
        room.app("nightly", &run("{kind: cronjob, schedule: \"0 3 * * *\"}")),
    ])?;
    // the schedule is hours away: a run by hand takes the same template
    live.ok(&["-n", &room.name, "create", "job", "nightly-now", "--from=cronjob/nightly"])?;
    for job in ["once", "nightly-now"] {
        live.wait_for_job(&room.name, job)?;
        let log = live.ok(&["-n", &room.name, "logs", &format!("job/{job}")])?;
        pods::check_status(job, &log)?;
        for part in ["Read-only file system", "hello from web", "DNS answers", "closed is closed"] {
            ensure(log.contains(part), || format!("{job}: `{part}` is not in {log}"))?;
        }
    }
    Ok(())
}
