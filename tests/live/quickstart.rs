//! The first page of the README: one command, one apply, and the app runs; and a second command for a second app.

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::spec::tightship;

pub const TESTS: &[Test] = &[
    ("quickstart::new_and_apply", new_and_apply),
    ("quickstart::two_apps_that_are_added_reach_each_other_as_listed", add_twice),
];

/// Both are ready after one apply; the first one calls the second, and not the other way round.
fn add_twice(live: &Live) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let space = live.unique("pair");
    let app = |name: &str, more: &[&str]| {
        let args = ["add", "app", name, "--yes", "--image", "busybox:1.37", "--port", "8080", "--replicas", "1"];
        tightship(folder.path(), &[&args[..], more].concat())
    };
    app(&space, &[])?;
    app("db", &["--from", &space])?;
    live.apply_server_side(folder.path())?;
    for name in [&*space, "db"] {
        live.wait_for_rollout(&space, &format!("deployment/{name}"))?;
    }
    let fetch = |from: &str, to: &str| {
        let script = format!("timeout 3 wget -qO- http://{to}/");
        live.exec(&space, &format!("deployment/{from}"), "app", &script).ok
    };
    eventually("the first app reaches the second, which lists it", || Ok(fetch(&space, "db")))?;
    eventually("the second does not reach the first", || Ok(!fetch("db", &space)))?;
    ensure(!fetch("db", &space), || "a call that nobody listed went through".to_owned())?;
    live.run(&["delete", "namespace", &space, "--wait=false"]);
    Ok(())
}

fn new_and_apply(live: &Live) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    for (name, server_side) in [(live.unique("shop"), true), (live.unique("shop"), false)] {
        tightship(folder.path(), &["new", &name, "--image", "busybox:1.37", "--port", "8080", "--yes"])?;
        let out = folder.path().join(&name);
        if server_side {
            live.apply_server_side(&out)?;
        } else {
            // kubectl says that it adds its annotation to the account that the control plane made, and nothing else
            let output = live.run(&["apply", "-k", out.to_str().expect("UTF-8")]);
            let only_that = output.stderr.lines().all(|line| line.contains("serviceaccounts/default is missing"));
            ensure(output.ok && only_that, || format!("{}{}", output.stdout, output.stderr))?;
        }
        live.wait_for_rollout(&name, &format!("deployment/{name}"))?;
        let level = r"jsonpath={.metadata.labels.pod-security\.kubernetes\.io/enforce}";
        let level = live.ok(&["get", "namespace", &name, "-o", level])?;
        ensure(level == "restricted", || format!("the namespace enforces `{level}`"))?;
        let page = live.exec(&name, &format!("deployment/{name}"), "app", "wget -qO- http://127.0.0.1:8080/");
        ensure(page.stdout == format!("hello from {name}\n"), || format!("{}{}", page.stdout, page.stderr))?;
        live.run(&["delete", "namespace", &name, "--wait=false"]);
    }
    Ok(())
}
