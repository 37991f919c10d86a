//! The first page of the README: one command, one apply, and the app runs.

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::Test;
use crate::kubectl::{Live, ensure};
use crate::spec::tightship;

pub const TESTS: &[Test] = &[("quickstart::new_and_apply", new_and_apply)];

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
