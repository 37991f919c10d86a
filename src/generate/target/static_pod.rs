//! Static pods: whole manifests for the folder that a kubelet watches, without kubeadm.

use minijinja::Error;
use serde::Serialize;

use super::{Argument, RenderedFile, Syntax, Target, systemd};
use crate::generate::baseline::{Baseline, Program};
use crate::template;

pub(super) struct StaticPod;

#[derive(Serialize)]
struct Pod<'b> {
    name: &'static str,
    image: String,
    flags: Vec<Argument<'b>>,
    cpu: &'static str,
    port: u16,
    live: &'static str,
    ready: Option<&'static str>,
    mounts: Vec<Mount<'b>>,
}

/// A path of the machine, under the same path in the pod.
#[derive(Serialize)]
struct Mount<'b> {
    name: &'static str,
    path: &'b str,
    read_only: bool,
    kind: &'static str,
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
        "On each control plane node: take over `kubelet.yaml` and restart the kubelet, give etcd the variables of `etcd.env`,\n\
         then put the manifests where the kubelet looks, the API server first. The old ones go to another folder: every\n\
         file in `manifests` is started, whatever its name.\n\n\
         ```sh\n\
         cp -a /etc/kubernetes/manifests /root/manifests.before\n\
         install -m 0600 -o root -g root manifests/kube-apiserver.yaml /etc/kubernetes/manifests/\n\
         ```\n\n\
         Wait until `/readyz` answers, then the other two, then the next node.\n"
            .to_owned()
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

const PKI: Mount<'static> =
    Mount { name: "pki", path: "/etc/kubernetes/pki", read_only: true, kind: "DirectoryOrCreate" };
const CA_CERTIFICATES: Mount<'static> =
    Mount { name: "ca-certificates", path: "/etc/ssl/certs", read_only: true, kind: "DirectoryOrCreate" };

fn api_server(baseline: &Baseline) -> Pod<'_> {
    let home = Mount { name: "hardening", path: baseline.home, read_only: true, kind: "Directory" };
    let log = Mount { name: "audit-log", path: &baseline.audit.folder, read_only: false, kind: "DirectoryOrCreate" };
    let kms = baseline.encryption.kms_folder.as_deref();
    let kms = kms.map(|path| Mount { name: "kms", path, read_only: false, kind: "Directory" });
    Pod {
        name: Program::ApiServer.as_str(),
        image: image(baseline, Program::ApiServer),
        flags: flags(baseline, Program::ApiServer),
        cpu: "250m",
        port: 6443,
        live: "/livez",
        ready: Some("/readyz"),
        mounts: [PKI, CA_CERTIFICATES, home, log].into_iter().chain(kms).collect(),
    }
}

fn controller_manager(baseline: &Baseline) -> Pod<'_> {
    let path = "/etc/kubernetes/controller-manager.conf";
    let kubeconfig = Mount { name: "kubeconfig", path, read_only: true, kind: "File" };
    Pod {
        name: Program::ControllerManager.as_str(),
        image: image(baseline, Program::ControllerManager),
        flags: flags(baseline, Program::ControllerManager),
        cpu: "200m",
        port: 10257,
        live: "/healthz",
        ready: None,
        mounts: vec![PKI, CA_CERTIFICATES, kubeconfig],
    }
}

fn scheduler(baseline: &Baseline) -> Pod<'_> {
    let path = "/etc/kubernetes/scheduler.conf";
    let kubeconfig = Mount { name: "kubeconfig", path, read_only: true, kind: "File" };
    Pod {
        name: Program::Scheduler.as_str(),
        image: image(baseline, Program::Scheduler),
        flags: flags(baseline, Program::Scheduler),
        cpu: "100m",
        port: 10259,
        live: "/healthz",
        ready: None,
        mounts: vec![kubeconfig],
    }
}
