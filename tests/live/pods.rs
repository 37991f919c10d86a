//! What a process in a pod has and has not.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure};
use crate::spec::Room;

pub const TESTS: &[Test] = &[("pods::hold_nothing_that_they_do_not_need", hold_nothing)];

fn hold_nothing(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "pods", "")?;
    let beside = "init: [{name: first, image: \"busybox:1.37\", command: [cat, /proc/self/status]}]\n\
                  sidecars: [{name: side, image: \"busybox:1.37\", command: [sleep, \"3600\"], writable: [{path: /tmp}]}]";
    let kinds = [("shop", "deployment"), ("db", "statefulset"), ("agent", "daemonset")];
    let apps = kinds.map(|(name, kind)| {
        let replicas = if kind == "daemonset" { "" } else { "replicas: 1\n" };
        room.web(name, &format!("workload: {kind}\n{replicas}{beside}"))
    });
    room.apply(&apps)?;
    for (name, kind) in kinds {
        let workload = format!("{kind}/{name}");
        live.wait_for_rollout(&room.name, &workload)?;
        for container in ["app", "side"] {
            look_inside(live, &room, &workload, container)?;
        }
        check_status("first", &live.ok(&["-n", &room.name, "logs", &workload, "-c", "first"])?)?;
    }
    Ok(())
}

fn look_inside(live: &Live, room: &Room<'_>, workload: &str, container: &str) -> Result<(), Failed> {
    let place = format!("{workload} {container}");
    let run = |script: &str| live.exec(&room.name, workload, container, script);
    check_status(&place, &run("cat /proc/self/status").stdout)?;
    let denied = run("echo x > /planted");
    ensure(denied.stderr.contains("Read-only file system"), || format!("{place}: / is writable: {}", denied.stderr))?;
    ensure(run("echo x > /tmp/x && cat /tmp/x").stdout == "x\n", || format!("{place}: /tmp is not writable"))?;
    ensure(!run("ls /var/run/secrets/kubernetes.io").ok, || format!("{place}: there is a token"))?;
    let map = run("cat /proc/self/uid_map").stdout;
    let identity = map.split_whitespace().eq(["0", "0", "4294967295"]);
    ensure(!map.is_empty() && !identity, || format!("{place}: ids are those of the node: {map}"))?;
    // no variables about the neighbours, but for the API server's own Service
    let variables = run("env").stdout;
    ensure(!variables.contains("SHOP_SERVICE_HOST"), || format!("{place}: {variables}"))
}

/// Holds what `/proc/self/status` says against what a hardened process has: nothing.
pub fn check_status(place: &str, status: &str) -> Result<(), Failed> {
    let field = |name: &str| -> Vec<&str> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim_start_matches(':').split_whitespace().collect()
    };
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        ensure(field(set) == ["0000000000000000"], || format!("{place}: {set} is {:?}", field(set)))?;
    }
    ensure(field("NoNewPrivs") == ["1"], || format!("{place}: NoNewPrivs is {:?}", field("NoNewPrivs")))?;
    ensure(field("Seccomp") == ["2"], || format!("{place}: Seccomp is {:?}", field("Seccomp")))?;
    ensure(field("Uid") == ["10001"; 4] && field("Gid") == ["10001"; 4], || {
        format!("{place}: runs as {:?}", field("Uid"))
    })
}
