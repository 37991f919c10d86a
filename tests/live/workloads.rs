//! Each kind of workload: admitted at `restricted` without a word, and running.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure};
use crate::spec::Room;

pub const TESTS: &[Test] = &[
    ("workloads::deployment", deployment),
    ("workloads::stateful_set_with_storage", stateful_set),
    ("workloads::daemon_set", daemon_set),
    ("workloads::job", job),
    ("workloads::cron_job", cron_job),
    ("workloads::everything_at_once", everything),
];

fn deployment(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "deployment", "")?;
    room.apply(&[room.web("shop", "")])?;
    live.wait_for_rollout(&room.name, "deployment/shop")?;
    // the other layout says the same about the same objects
    room.apply_plain(&[room.web("shop", "")])?;
    live.wait_for_rollout(&room.name, "deployment/shop")
}

fn stateful_set(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "stateful", "")?;
    let storage = "workload: statefulset\nreplicas: 1\nstorage: [{name: data, path: /data, size: 10Mi}]";
    room.apply(&[room.web("db", storage)])?;
    live.wait_for_rollout(&room.name, "statefulset/db")?;
    // mounted, that is: the host-path volumes of this node image belong to root, whatever fsGroup says
    let output = live.exec(&room.name, "db-0", "app", "grep ' /data ' /proc/mounts");
    ensure(output.ok, || format!("the volume is not mounted: {}", output.stderr))?;
    room.apply_plain(&[room.web("plain", "workload: statefulset\nreplicas: 2")])?;
    live.wait_for_rollout(&room.name, "statefulset/plain")
}

fn daemon_set(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "daemon", "")?;
    room.apply(&[room.web("agent", "workload: daemonset")])?;
    live.wait_for_rollout(&room.name, "daemonset/agent")?;
    room.apply_plain(&[room.web("plain", "workload: daemonset")])?;
    live.wait_for_rollout(&room.name, "daemonset/plain")
}

fn job(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "job", "")?;
    let keys = "workload: job\ncommand: [sh, -c, \"echo done > /tmp/x && cat /tmp/x\"]";
    room.apply(&[room.app("once", keys)])?;
    live.wait_for_job(&room.name, "once")?;
    ensure(live.ok(&["-n", &room.name, "logs", "job/once"])? == "done\n", || "the job did not do its work".to_owned())?;
    room.apply_plain(&[room.app("plain", keys)])?;
    live.wait_for_job(&room.name, "plain")
}

fn cron_job(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "cron", "")?;
    let keys = "workload: {kind: cronjob, schedule: \"0 3 * * *\", timeZone: Europe/Berlin}\ncommand: [echo, done]";
    for (name, plain) in [("nightly", false), ("plain", true)] {
        let specs = [room.app(name, keys)];
        if plain {
            room.apply_plain(&specs)?;
        } else {
            room.apply(&specs)?;
        }
        // the schedule is hours away: a run by hand takes the same template
        live.ok(&["-n", &room.name, "create", "job", &format!("{name}-now"), &format!("--from=cronjob/{name}")])?;
        live.wait_for_job(&room.name, &format!("{name}-now"))?;
    }
    Ok(())
}

/// Autoscaling, disruption budget, Ingress, metrics, a sidecar, an init container, a Secret: all in one app.
fn everything(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "full", "")?;
    live.ok(&["-n", &room.name, "create", "secret", "generic", "shop-db", "--from-literal=user=shop"])?;
    let keys = "replicas: {min: 2, max: 3}\n\
                secrets: [{name: shop-db, path: /run/secrets/db}]\n\
                metrics: {port: http}\n\
                route: {host: shop.example.com, via: ingress, class: nginx, namespace: ingress-nginx, tls: shop-tls}\n\
                init: [{name: prepare, image: \"busybox:1.37\", command: [sh, -c, \"cat /run/secrets/db/user > /tmp/user\"], sharesMounts: true}]\n\
                sidecars: [{name: side, image: \"busybox:1.37\", command: [sleep, \"3600\"], writable: [{path: /run/side}]}]";
    room.apply(&[room.web("shop", keys)])?;
    live.wait_for_rollout(&room.name, "deployment/shop")?;
    let output = live.exec(&room.name, "deployment/shop", "app", "cat /tmp/user /run/secrets/db/user");
    ensure(output.stdout == "shopshop", || format!("the secret is not there: {}{}", output.stdout, output.stderr))?;
    for object in ["hpa/shop", "pdb/shop", "ingress/shop", "service/shop"] {
        live.ok(&["-n", &room.name, "get", object])?;
    }
    Ok(())
}
