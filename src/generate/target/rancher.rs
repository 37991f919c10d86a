//! What K3s and RKE2 have in common: one `config.yaml` in which each program has its list of flags.

use minijinja::Error;
use serde::Serialize;

use super::{Argument, RenderedFile, Syntax, added};
use crate::generate::baseline::{Baseline, Program};
use crate::template;

pub(super) struct Distribution {
    pub(super) name: &'static str,
    /// The value of `profile`.
    pub(super) profile: Option<&'static str>,
    /// Mounts of the API server, where it is a pod.
    pub(super) mounts: Vec<String>,
}

#[derive(Serialize)]
struct Context<'b> {
    plan: &'b Baseline,
    distribution: &'static str,
    profile: Option<&'static str>,
    mounts: Vec<String>,
    api_server: Vec<Argument<'b>>,
    controller_manager: Vec<Argument<'b>>,
    scheduler: Vec<Argument<'b>>,
    etcd: Vec<Argument<'b>>,
}

pub(super) fn files(baseline: &Baseline, distribution: Distribution) -> Result<Vec<RenderedFile>, Error> {
    let context = Context {
        plan: baseline,
        distribution: distribution.name,
        profile: distribution.profile,
        mounts: distribution.mounts,
        api_server: added(baseline, Program::ApiServer),
        controller_manager: added(baseline, Program::ControllerManager),
        scheduler: added(baseline, Program::Scheduler),
        etcd: added(baseline, Program::Etcd),
    };
    let text = template::render("apiserver/rancher.yaml.j2", template::contexts(context))?;
    Ok(vec![RenderedFile::new("config.yaml", Syntax::Yaml, text)])
}

pub(super) fn apply(name: &str, unit: &str) -> String {
    format!(
        "On each server node, one after the other:\n\n\
         ```sh\n\
         install -D -m 0600 -o root -g root config.yaml /etc/rancher/{name}/config.yaml.d/50-hardening.yaml\n\
         systemctl restart {unit}\n\
         ```\n\n\
         Agent nodes take the list `kubelet-arg` in the same way. On a server that ran without `secrets-encryption`, read\n\
         `{name} secrets-encrypt status` first.\n"
    )
}

pub(super) fn roll_back(name: &str, unit: &str) -> String {
    format!(
        "Remove `/etc/rancher/{name}/config.yaml.d/50-hardening.yaml` and restart {unit}. Encryption at rest stays on until\n\
         `{name} secrets-encrypt disable`, which writes all Secrets anew.\n"
    )
}
