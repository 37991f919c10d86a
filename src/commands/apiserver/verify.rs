//! `tightship apiserver verify-stage`: whether a stage is complete on all API servers, as they themselves say.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::busy::Busy;
use super::super::{FINDINGS, OK, output, render};
use crate::cli::apiserver::VerifyArgs;
use crate::diagnostic::text::line;
use crate::generate::baseline::{Baseline, Program as Part};
use crate::generate::stage::{self, Stage};
use crate::process::Program;

/// How long kubectl may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The metric with the hash of the file of encryption that a server has read; there from 1.34 on.
const READ: &str = "apiserver_encryption_config_controller_last_config_info";

/// What was found out.
#[derive(Default)]
struct Verdict {
    /// What holds.
    good: Vec<String>,
    /// What does not, or cannot be seen.
    bad: Vec<String>,
}

pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<u8> {
    let source = render::read(&args.file)?;
    let specs = render::load(&source)?;
    let mut servers = specs.api_servers.iter();
    let server = match &args.name {
        Some(name) => servers.find(|server| server.name.as_str() == name),
        None => servers.next().filter(|_| specs.api_servers.len() == 1),
    };
    let server = server.context("the spec has no such ApiServer, or several: name one with --name")?;
    let whole = Baseline::new(server);
    let stages = stage::all(&whole);
    let stage = args.number.checked_sub(1).and_then(|at| stages.get(at)).copied();
    let stage = stage.with_context(|| {
        format!("{} has no stage {}: its stages are 1 to {}", whole.name, args.number, stages.len())
    })?;
    let mut verdict = Verdict::default();
    let kubectl = Kubectl { context: args.context.as_deref() };
    let busy = Busy::new("asking the API servers");
    flags(&kubectl, &whole, &stage::at(&whole, stage), &mut verdict)?;
    if (Stage::ReadKeys..=Stage::DropPlaintext).contains(&stage) {
        let root = render::folder(&args.file, args.out.as_deref())?;
        let path = root.join(format!("control-plane/{}/hardening/encryption.yaml", whole.name));
        let text = std::fs::read(&path).with_context(|| path.to_string())?;
        encryption(&kubectl, &hash(&text), &mut verdict)?;
    }
    if stage == Stage::RequestCertificates || stage == Stage::VerifyKubelets {
        certificates(&kubectl, &mut verdict)?;
    }
    drop(busy);
    let mut text = String::new();
    for good in &verdict.good {
        // writing to a string cannot fail
        let _ = writeln!(text, "ok    {}", line(good));
    }
    for bad in &verdict.bad {
        let _ = writeln!(text, "not   {}", line(bad));
    }
    output::show(&text)?;
    let done = verdict.bad.is_empty();
    let what = if done { "is complete" } else { "is not complete: go no further" };
    output::say(&format!("{}: stage {}, {}, {what}", whole.name, args.number, stage.name()))?;
    Ok(if done { OK } else { FINDINGS })
}

/// The hash of a file as the API server says it.
fn hash(bytes: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        // writing to a string cannot fail
        let _ = write!(text, "{byte:02x}");
    }
    text
}

struct Kubectl<'a> {
    context: Option<&'a str>,
}

impl Kubectl<'_> {
    fn run(&self, words: &[&str]) -> anyhow::Result<Result<String, String>> {
        let program = Program::new("kubectl").args(words).args(self.context.map(|name| format!("--context={name}")));
        let program = program.limit(PATIENCE);
        let said = program.line();
        let output = program.run().with_context(|| said)?;
        Ok(if output.is_success() { Ok(output.text()) } else { Err(output.stderr.trim().to_owned()) })
    }

    fn json(&self, words: &[&str]) -> anyhow::Result<Value> {
        let text =
            self.run(words)?.map_err(|error| anyhow::anyhow!("kubectl {}: {}", words.join(" "), line(&error)))?;
        Ok(serde_json::from_str(&text)?)
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.get("items").and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// Whether each API server that is a pod has the flags of the stage, and none of a later one.
fn flags(kubectl: &Kubectl<'_>, whole: &Baseline, baseline: &Baseline, verdict: &mut Verdict) -> anyhow::Result<()> {
    let pods = kubectl.json(&["get", "pods", "-n", "kube-system", "-l", "component=kube-apiserver", "-o", "json"])?;
    let nodes = kubectl.json(&["get", "nodes", "-l", "node-role.kubernetes.io/control-plane", "-o", "json"])?;
    let with_pod: BTreeSet<&str> = items(&pods).map(|pod| text(pod, "/spec/nodeName")).collect();
    let nodes: BTreeSet<&str> = items(&nodes).map(|node| text(node, "/metadata/name")).collect();
    if with_pod.is_empty() {
        verdict.bad.push("no API server is a pod here: compare the flags on the nodes".to_owned());
        return Ok(());
    }
    for node in nodes.difference(&with_pod) {
        verdict.bad.push(format!("{node}: its API server is not to be seen"));
    }
    for pod in items(&pods) {
        let node = text(pod, "/spec/nodeName");
        let container = pod.pointer("/spec/containers/0");
        let words = ["command", "args"].into_iter().filter_map(|key| container?.get(key)?.as_array()).flatten();
        let words: Vec<&str> = words.filter_map(Value::as_str).collect();
        let running = crate::cluster::flags::running(words.iter().copied());
        let missing: Vec<String> = baseline
            .added(Part::ApiServer)
            .filter(|flag| {
                let value = running.iter().find(|other| other.name == flag.name).map(|other| other.value.as_str());
                !value.is_some_and(|value| value == flag.value || value.split(',').any(|one| one == flag.value))
            })
            .map(|flag| format!("--{}={}", flag.name, flag.value))
            .collect();
        let has = |name: &str| running.iter().any(|other| other.name == name);
        let is_later = |name: &str| !baseline.added(Part::ApiServer).any(|flag| flag.name == name);
        let later = whole.added(Part::ApiServer).map(|flag| flag.name.as_ref());
        let later: Vec<&str> = later.filter(|name| is_later(name) && has(name)).collect();
        let ready = pod.pointer("/status/containerStatuses/0/ready").and_then(Value::as_bool) == Some(true);
        if !ready {
            verdict.bad.push(format!("{node}: its API server is not ready"));
        } else if !later.is_empty() {
            verdict.bad.push(format!("{node}: its API server still has --{} of a later stage", later.join(" --")));
        } else if missing.is_empty() {
            verdict.good.push(format!("{node}: its API server has the flags"));
        } else {
            verdict.bad.push(format!("{node}: its API server lacks {}", missing.join(" ")));
        }
    }
    Ok(())
}

/// Whether each API server has read the file, asked by its own address.
fn encryption(kubectl: &Kubectl<'_>, wanted: &str, verdict: &mut Verdict) -> anyhow::Result<()> {
    let slices = kubectl.json(&["get", "endpointslices", "-n", "default", "kubernetes", "-o", "json"])?;
    let port = slices.pointer("/ports/0/port").and_then(Value::as_u64).unwrap_or(6443);
    let endpoints = slices.get("endpoints").and_then(Value::as_array).into_iter().flatten();
    let addresses: BTreeSet<&str> = endpoints
        .filter_map(|endpoint| endpoint.get("addresses")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if addresses.is_empty() {
        verdict.bad.push("the Service `kubernetes` has no addresses".to_owned());
    }
    for address in addresses {
        let host = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
        let server = format!("--server=https://{host}:{port}");
        match kubectl.run(&["get", "--raw", "/metrics", &server])? {
            Err(error) => verdict.bad.push(format!("{address}: {error}")),
            Ok(metrics) => verdict_of(address, &metrics, wanted, verdict),
        }
    }
    Ok(())
}

fn verdict_of(address: &str, metrics: &str, wanted: &str, verdict: &mut Verdict) {
    let mut read = metrics.lines().filter(|line| line.starts_with(READ)).peekable();
    if read.peek().is_none() {
        verdict.bad.push(format!(
            "{address}: it does not say what it has read (1.34 and later do): compare `sha256sum encryption.yaml` on its node with {wanted}"
        ));
    } else if read.any(|line| line.contains(&format!(",hash=\"{wanted}\""))) {
        verdict.good.push(format!("{address}: it has read encryption.yaml"));
    } else {
        verdict.bad.push(format!("{address}: it has read another encryption.yaml"));
    }
}

/// Whether kubelets wait for certificates.
fn certificates(kubectl: &Kubectl<'_>, verdict: &mut Verdict) -> anyhow::Result<()> {
    let requests = kubectl.json(&["get", "certificatesigningrequests", "-o", "json"])?;
    let nodes = kubectl.json(&["get", "nodes", "-o", "json"])?;
    let of_kubelets = |request: &&Value| text(request, "/spec/signerName") == "kubernetes.io/kubelet-serving";
    let is_open = |request: &&Value| request.pointer("/status/conditions").is_none();
    let open: Vec<&str> =
        items(&requests).filter(of_kubelets).filter(is_open).map(|request| text(request, "/spec/username")).collect();
    for name in &open {
        verdict.bad.push(format!("{name} waits for its certificate: kubectl get csr"));
    }
    let mut count = 0;
    for node in items(&nodes) {
        let name = text(node, "/metadata/name");
        let path = format!("/api/v1/nodes/{name}/proxy/healthz");
        match kubectl.run(&["get", "--raw", &path])? {
            Ok(_) => count += 1,
            Err(error) => verdict.bad.push(format!("{name}: its kubelet is not reached: {error}")),
        }
    }
    verdict.good.push(format!("{count} kubelets answer"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_what_it_has_read() {
        let wanted = hash(b"kind: EncryptionConfiguration\n");
        assert_eq!(wanted.len(), "sha256:".len() + 64);
        let line = |hash: &str| format!("{READ}{{apiserver_id_hash=\"sha256:14f9\",hash=\"{hash}\"}} 1\n");
        let of = |metrics: &str| {
            let mut verdict = Verdict::default();
            verdict_of("10.0.0.4", metrics, &wanted, &mut verdict);
            (verdict.good.len(), verdict.bad.len())
        };
        assert_eq!(of(&line(&wanted)), (1, 0));
        assert_eq!(of(&line("sha256:00")), (0, 1), "another file");
        assert_eq!(of("up 1\n"), (0, 1), "a server that does not say is not complete");
    }
}
