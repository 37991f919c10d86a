//! The pod of the API server that RKE2 builds from what is rendered for it, as a real API server takes it.

use std::process::Command;

use libtest_mimic::Failed;
use serde_json::{Value, json};
use tempfile::TempDir;
use tightship::internals::yaml;

use crate::Test;
use crate::kubectl::{Live, ensure};
use crate::support::rancher::pod;

pub const TESTS: &[Test] = &[("rke2::its_pod_is_taken", its_pod_is_taken)];

const SPECS: [&str; 2] = [
    "",
    "encryption: {provider: kms, kms: {endpoint: \"unix:///run/kms/kms.sock\", name: vault}}\nmounts: [{path: /srv/site}]\n\
     oidc: [{url: \"https://idp.example.com\", audiences: [kubernetes]}]",
];

/// The `config.yaml` that is rendered.
fn config(more: &str) -> Result<Value, Failed> {
    let folder = TempDir::new()?;
    let spec = folder.path().join("tightship.yaml");
    let text =
        "apiVersion: tightship/v1\nkind: ApiServer\nname: prod\ntarget: {kubernetes: \"1.34.4\", platform: rke2}\n";
    std::fs::write(&spec, format!("{text}{more}\n"))?;
    let output = Command::new(env!("CARGO_BIN_EXE_tightship")).args(["render", "--file"]).arg(&spec).output()?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    let text = std::fs::read_to_string(folder.path().join("control-plane/prod/config.yaml"))?;
    let stream = yaml::parse(&text);
    let root = stream.documents.first().and_then(yaml::Document::root).ok_or("an empty file")?;
    root.to_json().map_err(|_| "no JSON".into())
}

fn its_pod_is_taken(live: &Live) -> Result<(), Failed> {
    for more in SPECS {
        let mut pod = pod(&config(more)?);
        let dry = ["create", "--dry-run=server", "-f", "-"];
        let taken = live.with_input(&dry, &pod.to_string());
        ensure(taken.ok, || taken.stderr.clone())?;
        // with a mount of the folder that RKE2 mounts already
        let mounts = pod["spec"]["containers"][0]["volumeMounts"].as_array_mut().ok_or("no mounts")?;
        mounts.push(json!({"name": "v0", "mountPath": "/var/log/kubernetes/audit"}));
        let refused = live.with_input(&dry, &pod.to_string());
        ensure(!refused.ok && refused.stderr.contains("must be unique"), || refused.stderr.clone())?;
    }
    Ok(())
}
