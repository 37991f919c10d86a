//! What a process in a pod has and has not.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure};
use crate::spec::Room;

pub const TESTS: &[Test] = &[("pods::hold_nothing_that_they_do_not_need", hold_nothing)];

fn hold_nothing(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "pods", "")?;
    let keys = "replicas: 1\n\
                init: [{name: first, image: \"busybox:1.37\", command: [cat, /proc/self/status]}]\n\
                sidecars: [{name: side, image: \"busybox:1.37\", command: [sleep, \"3600\"], writable: [{path: /tmp}]}]";
    room.apply(&[room.web("shop", keys)])?;
    live.wait_for_rollout(&room.name, "deployment/shop")?;
    for container in ["app", "side"] {
        let run = |script: &str| live.exec(&room.name, "deployment/shop", container, script);
        check_status(container, &run("cat /proc/self/status").stdout)?;
        let denied = run("echo x > /planted");
        ensure(denied.stderr.contains("Read-only file system"), || {
            format!("{container}: / is writable: {}", denied.stderr)
        })?;
        ensure(run("echo x > /tmp/x && cat /tmp/x").stdout == "x\n", || format!("{container}: /tmp is not writable"))?;
        ensure(!run("ls /var/run/secrets/kubernetes.io").ok, || format!("{container}: there is a token"))?;
        let map = run("cat /proc/self/uid_map").stdout;
        let identity = map.split_whitespace().eq(["0", "0", "4294967295"]);
        ensure(!map.is_empty() && !identity, || format!("{container}: ids are those of the node: {map}"))?;
        // no variables about the neighbours, but for the API server's own Service
        let variables = run("env").stdout;
        ensure(!variables.contains("SHOP_SERVICE_HOST"), || format!("{container}: {variables}"))?;
    }
    check_status("first", &live.ok(&["-n", &room.name, "logs", "deployment/shop", "-c", "first"])?)
}

fn check_status(container: &str, status: &str) -> Result<(), Failed> {
    let field = |name: &str| -> Vec<&str> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim_start_matches(':').split_whitespace().collect()
    };
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        ensure(field(set) == ["0000000000000000"], || format!("{container}: {set} is {:?}", field(set)))?;
    }
    ensure(field("NoNewPrivs") == ["1"], || format!("{container}: NoNewPrivs is {:?}", field("NoNewPrivs")))?;
    ensure(field("Seccomp") == ["2"], || format!("{container}: Seccomp is {:?}", field("Seccomp")))?;
    ensure(field("Uid") == ["10001"; 4] && field("Gid") == ["10001"; 4], || {
        format!("{container}: runs as {:?}", field("Uid"))
    })
}
