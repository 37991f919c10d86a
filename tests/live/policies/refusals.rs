//! What is refused, in which words, and what goes on.

use libtest_mimic::Failed;
use serde_json::{Value, json};

use super::{Applied, LABEL};
use crate::kubectl::{Live, ensure, eventually};
use crate::proxy::Proxy;
use crate::support::pod_security_cases::{Case, base, controller};

/// What is new, what changes, and ways into pods.
pub(super) fn refusals(live: &Live) -> Result<(), Failed> {
    let unique = live.unique("p");
    let (closed, open) = (format!("{unique}-closed"), format!("{unique}-open"));
    let mut applied = Applied::namespaces(live, vec![closed.clone(), open.clone()])?;
    let deployment = |name: &str| {
        let mut pod = base(name);
        pod["spec"]["containers"][0]["securityContext"] = json!({"privileged": true});
        let mut deployment = controller("Deployment", &Case { name: name.to_owned(), pod });
        deployment["spec"]["replicas"] = json!(0);
        deployment.to_string()
    };
    let create =
        |namespace: &str, name: &str| live.with_input(&["-n", namespace, "create", "-f", "-"], &deployment(name));
    ensure(create(&closed, "old").ok, || "a Deployment".to_owned())?;
    eventually("the ReplicaSet of the Deployment", || {
        Ok(!live.ok(&["-n", &closed, "get", "replicasets", "-o", "name"])?.is_empty())
    })?;

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tightship"));
    command.args(["policy", "export", "privileged", "pods-exec", "pods-debug", "pods-port-forward"]);
    command.args(["--kubernetes", live.release(), "--name-prefix", &unique]);
    command.args(["--namespace-selector", &format!("{LABEL}={closed}")]);
    let output = command.output()?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    applied.policies(String::from_utf8(output.stdout)?)?;

    let said = |policy: &str, said: &str| format!("'{unique}-{policy}' denied request: {policy}: {said}");
    let refused = said("privileged", "a container runs privileged: securityContext.privileged of container main");
    let mut last = String::new();
    eventually("a Deployment is refused", || {
        last = live.with_input(&["-n", &closed, "create", "--dry-run=server", "-f", "-"], &deployment("new")).stderr;
        Ok(last.contains(&refused))
    })
    .map_err(|error| format!("{}\n{last}", error.message().unwrap_or_default()))?;
    ensure(create(&open, "new").ok, || "refused in another namespace".to_owned())?;

    // ways into pods
    let exec = said("pods-exec", "commands are run in a running pod, or its terminal is joined: exec of pod there");
    let attach = exec.replace("exec of", "attach of");
    let forward =
        said("pods-port-forward", "a port of a running pod is reached past its network policies: portforward of");
    let debug =
        said("pods-debug", "a container for debugging is put into a running pod: ephemeralcontainers of pod there");
    for (args, refused) in [
        (&["exec", "there", "--", "id"][..], exec),
        (&["attach", "there"], attach),
        (&["debug", "there", "--image=ghcr.io/acme/debug:1", "--profile=restricted", "--", "id"], debug),
    ] {
        let mut last = String::new();
        eventually("a way is closed", || {
            let output = live.run(&[&["-n", &closed], args].concat());
            last = format!("{}{}", output.stdout, output.stderr);
            Ok(last.contains(&refused))
        })
        .map_err(|_| format!("{args:?}: {last}"))?;
        let output = live.run(&[&["-n", &open], args].concat());
        ensure(!output.stderr.contains("denied request"), || format!("{args:?}: {}", output.stderr))?;
    }
    // kubectl does not even ask for a port of a pod that does not run
    let proxy = Proxy::start(live)?;
    let forwarded = |namespace: &str| {
        let path = format!("/api/v1/namespaces/{namespace}/pods/there/portforward");
        proxy.connect()?.send("POST", &path, &Value::Null).map(|answer| answer.message().to_owned())
    };
    let (here, there) = (forwarded(&closed)?, forwarded(&open)?);
    ensure(here.contains(&forward) && !there.contains("denied request"), || format!("{here}\n{there}"))?;

    // what is there already can be scaled, labelled and deleted, but not changed into something that is no better
    let old = live.ok(&["-n", &closed, "get", "replicasets", "-o", "name"])?;
    let scale = r#"{"spec": {"replicas": 1}, "metadata": {"labels": {"x": "y"}}}"#;
    for what in ["deployment/old", old.trim()] {
        live.ok(&["-n", &closed, "patch", what, "--dry-run=server", "-p", scale])?;
    }
    let image = live.run(&["-n", &closed, "set", "image", "deployment/old", "main=ghcr.io/acme/app:2"]);
    ensure(!image.ok && image.stderr.contains(&refused), || image.stderr)?;
    live.ok(&["-n", &closed, "delete", "deployment", "old"]).map(drop)
}
