//! What K3s and RKE2 have in common: one `config.yaml` in which each program has its list of flags.
//!
//! A file of `config.yaml.d` is read after `config.yaml` and takes the place of a key that was there before; one whose name
//! ends in `+` adds to it (`pkg/configfilearg/parser.go` of K3s). Lists of flags always add: the user's stay.

use minijinja::Error;
use serde::Serialize;

use super::{Argument, Programs, RenderedFile, Syntax};
use crate::generate::baseline::{Baseline, Mount};
use crate::template;

pub(super) struct Distribution {
    pub(super) name: &'static str,
    /// The value of `profile`.
    pub(super) profile: Option<&'static str>,
    /// Flags that it takes in a key of its own: the flag, the key.
    pub(super) keys: &'static [(&'static str, &'static str)],
    /// Whether its programs are pods, with mounts.
    pub(super) has_pods: bool,
    /// The key and value by which it hands the cloud over.
    pub(super) cloud: (&'static str, &'static str),
}

#[derive(Serialize)]
struct Context<'b> {
    plan: &'b Baseline,
    distribution: &'static str,
    profile: Option<&'static str>,
    keys: Vec<Key<'b>>,
    cloud: Option<(&'static str, &'static str)>,
    mounts: Vec<Mounts>,
    #[serde(flatten)]
    programs: Programs<'b>,
}

/// A flag as a key of the distribution.
#[derive(Serialize)]
struct Key<'b> {
    key: &'static str,
    value: &'b str,
    comment: String,
}

/// What a pod sees of the machine.
#[derive(Serialize)]
struct Mounts {
    key: &'static str,
    mounts: Vec<String>,
}

pub(super) fn files(baseline: &Baseline, distribution: &Distribution) -> Result<Vec<RenderedFile>, Error> {
    let mut programs = Programs::from(baseline);
    let key_of = |flag: &Argument<'_>| distribution.keys.iter().find(|(name, _)| *name == flag.name);
    let (own, flags): (Vec<_>, Vec<_>) = programs.api_server.into_iter().partition(|flag| key_of(flag).is_some());
    programs.api_server = flags;
    let keys = own.iter().filter_map(|flag| {
        let (_, key) = key_of(flag)?;
        Some(Key { key, value: flag.value, comment: flag.comment.clone() })
    });
    let context = Context {
        plan: baseline,
        distribution: distribution.name,
        profile: distribution.profile,
        keys: keys.collect(),
        cloud: baseline.site.cloud.map(|_| distribution.cloud),
        mounts: if distribution.has_pods { mounts(baseline, &programs) } else { Vec::new() },
        programs,
    };
    let text = template::render("apiserver/rancher.yaml.j2", template::contexts(context))?;
    Ok(vec![RenderedFile::new("config.yaml", Syntax::Yaml, text)])
}

/// The mounts that nobody else makes: RKE2 mounts each file that a flag names, and the folder of the audit log
/// (`APIServer` in `pkg/executor/staticpod/staticpod.go`, `ReadFiles` in `pkg/podtemplate/podtemplate.go`).
fn mounts(baseline: &Baseline, programs: &Programs<'_>) -> Vec<Mounts> {
    let written = |mount: &&Mount| {
        let suffix = if mount.read_only { ":ro" } else { "" };
        format!("{}:{}{suffix}", mount.path, mount.at)
    };
    let named = |mounts: &[&Mount], flags: &[Argument<'_>]| -> Vec<String> {
        let is_named = |mount: &&&Mount| flags.iter().any(|flag| flag.value == mount.at);
        mounts.iter().filter(|mount| !is_named(mount)).map(written).collect()
    };
    let kms = baseline.encryption.kms_folder.iter().map(|folder| format!("{folder}:{folder}"));
    let api_server = kms.chain(named(&programs.api_server_mounts, &programs.api_server)).collect();
    let all = [
        ("kube-apiserver-extra-mount", api_server),
        (
            "kube-controller-manager-extra-mount",
            named(&programs.controller_manager_mounts, &programs.controller_manager),
        ),
        ("kube-scheduler-extra-mount", named(&programs.scheduler_mounts, &programs.scheduler)),
    ];
    all.into_iter().filter(|(_, mounts)| !mounts.is_empty()).map(|(key, mounts)| Mounts { key, mounts }).collect()
}

pub(super) fn apply(name: &str, unit: &str) -> String {
    format!(
        "On each server node, one after the other:\n\n\
         ```sh\n\
         install -D -m 0600 -o root -g root config.yaml /etc/rancher/{name}/config.yaml.d/50-hardening.yaml\n\
         systemctl restart {unit}\n\
         ```\n\n\
         Keys that end in `+` add to lists of the files before: the flags of `config.yaml` stay. A file that comes later and has\n\
         the key without `+` would take these away.\n\n\
         Agent nodes take the list `kubelet-arg+` in the same way. On a server that ran without `secrets-encryption`, read\n\
         `{name} secrets-encrypt status` first.\n"
    )
}

pub(super) fn roll_back(name: &str, unit: &str) -> String {
    format!(
        "Encryption at rest stays on until `{name} secrets-encrypt disable` and `{name} secrets-encrypt reencrypt --force`, which\n\
         write all Secrets anew: on the first server, before the rest. Then remove\n\
         `/etc/rancher/{name}/config.yaml.d/50-hardening.yaml` and restart {unit}.\n"
    )
}
