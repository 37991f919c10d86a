//! Static pods: whole manifests for the folder that a kubelet watches, without kubeadm.

use minijinja::Error;
use serde::Serialize;

use super::{Argument, KUBELET, RenderedFile, Syntax, Target, systemd};
use crate::generate::baseline::{self, Baseline, Program};
use crate::template;

pub(super) struct StaticPod;

#[derive(Serialize)]
struct Pod<'b> {
    name: &'static str,
    image: String,
    flags: Vec<Argument<'b>>,
    cpu: &'static str,
    host: &'b str,
    port: u16,
    live: &'static str,
    ready: Option<&'static str>,
    mounts: Vec<Mount<'b>>,
}

/// A path of the machine, under the same path in the pod.
#[derive(Serialize)]
struct Mount<'b> {
    name: &'b str,
    path: &'b str,
    at: &'b str,
    read_only: bool,
    kind: &'static str,
}

impl<'b> Mount<'b> {
    /// The same path inside and outside.
    fn same(name: &'static str, path: &'b str, read_only: bool, kind: &'static str) -> Self {
        Self { name, path, at: path, read_only, kind }
    }
}

impl<'b> From<&'b baseline::Mount> for Mount<'b> {
    fn from(mount: &'b baseline::Mount) -> Self {
        let baseline::Mount { name, path, at, read_only, kind, .. } = mount;
        Self { name, path, at, read_only: *read_only, kind }
    }
}

impl Target for StaticPod {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let mut files = Vec::new();
        for pod in [api_server(baseline), controller_manager(baseline), scheduler(baseline)] {
            let name = format!("manifests/{}.yaml", pod.name);
            let text = template::render("apiserver/static-pod.yaml.j2", template::context("pod", pod))?;
            files.push(RenderedFile::new(name, Syntax::Manifest, text));
        }
        files.push(systemd::etcd(baseline));
        let kubelet = template::render("apiserver/kubelet.yaml.j2", template::context("plan", baseline))?;
        files.push(RenderedFile::new("kubelet.yaml", Syntax::Yaml, kubelet));
        Ok(files)
    }

    fn apply(&self, _: &Baseline) -> String {
        "In a cluster that runs, first `tightship apiserver adopt`, so that the spec has what the cluster has, and look at the\n\
         difference. On each control plane node, one after the other:\n\n\
         ```sh\n\
         diff -u /etc/kubernetes/manifests/kube-apiserver.yaml manifests/kube-apiserver.yaml\n\
         cp -a /etc/kubernetes/manifests /root/manifests.before\n\
         install -m 0600 -o root -g root manifests/kube-apiserver.yaml /etc/kubernetes/manifests/\n\
         ```\n\n\
         Every file in `manifests` is started, whatever its name: the old ones go to another folder. Wait until `/readyz` answers,\n\
         then the other two, then the next node. Give etcd those variables of `etcd.env` that its\n\
         command does not have as flags: it ends with an error where both say the same.\n\n"
            .to_owned()
            + KUBELET
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "Copy the previous manifests back into `/etc/kubernetes/manifests`: the kubelet starts them within seconds.\n"
            .to_owned()
    }
}

fn flags(baseline: &Baseline, program: Program) -> Vec<Argument<'_>> {
    baseline.all_of(program).map(Argument::from).collect()
}

fn image(baseline: &Baseline, program: Program) -> String {
    let tag = baseline.patch.clone().unwrap_or_else(|| format!("v{}.0", baseline.kubernetes));
    format!("registry.k8s.io/{}:{tag}", program.as_str())
}

/// The certificates, and those of the machine.
fn certificates(baseline: &Baseline) -> [Mount<'_>; 2] {
    let folder = baseline.site.certificates.as_str();
    [
        Mount::same("pki", folder, true, "DirectoryOrCreate"),
        Mount::same("ca-certificates", "/etc/ssl/certs", true, "DirectoryOrCreate"),
    ]
}

/// The address at which the kubelet asks for the health of the API server.
fn host(baseline: &Baseline) -> &str {
    let bind = baseline.site.bind.as_deref().filter(|address| !matches!(*address, "0.0.0.0" | "::"));
    bind.unwrap_or("127.0.0.1")
}

/// The port on which the API server listens.
fn port(baseline: &Baseline) -> u16 {
    let flag = baseline.all_of(Program::ApiServer).find(|flag| flag.name == "secure-port");
    flag.and_then(|flag| flag.value.parse().ok()).unwrap_or(6443)
}

/// The kubeconfig of a program: where its flag says.
fn kubeconfig(baseline: &Baseline, program: Program) -> Option<Mount<'_>> {
    let flag = baseline.all_of(program).find(|flag| flag.name == "kubeconfig")?;
    Some(Mount::same("kubeconfig", &flag.value, true, "File"))
}

fn api_server(baseline: &Baseline) -> Pod<'_> {
    let home = Mount::same("hardening", baseline.home, true, "Directory");
    let log = Mount::same("audit-log", &baseline.audit.folder, false, "DirectoryOrCreate");
    let kms = baseline.encryption.kms_folder.as_deref();
    let kms = kms.map(|path| Mount::same("kms", path, false, "Directory"));
    let own = baseline.mounts(Program::ApiServer).map(Mount::from);
    Pod {
        name: Program::ApiServer.as_str(),
        image: image(baseline, Program::ApiServer),
        flags: flags(baseline, Program::ApiServer),
        cpu: "250m",
        host: host(baseline),
        port: port(baseline),
        live: "/livez",
        ready: Some("/readyz"),
        mounts: certificates(baseline).into_iter().chain([home, log]).chain(kms).chain(own).collect(),
    }
}

fn controller_manager(baseline: &Baseline) -> Pod<'_> {
    let own = baseline.mounts(Program::ControllerManager).map(Mount::from);
    let kubeconfig = kubeconfig(baseline, Program::ControllerManager);
    Pod {
        name: Program::ControllerManager.as_str(),
        image: image(baseline, Program::ControllerManager),
        flags: flags(baseline, Program::ControllerManager),
        cpu: "200m",
        host: "127.0.0.1",
        port: 10257,
        live: "/healthz",
        ready: None,
        mounts: certificates(baseline).into_iter().chain(kubeconfig).chain(own).collect(),
    }
}

fn scheduler(baseline: &Baseline) -> Pod<'_> {
    let own = baseline.mounts(Program::Scheduler).map(Mount::from);
    let kubeconfig = kubeconfig(baseline, Program::Scheduler);
    Pod {
        name: Program::Scheduler.as_str(),
        image: image(baseline, Program::Scheduler),
        flags: flags(baseline, Program::Scheduler),
        cpu: "100m",
        host: "127.0.0.1",
        port: 10259,
        live: "/healthz",
        ready: None,
        mounts: kubeconfig.into_iter().chain(own).collect(),
    }
}
