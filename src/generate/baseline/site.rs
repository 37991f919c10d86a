//! What the site has of its own: flags that stand in the place of others, and mounts.

use serde::Serialize;

use super::settings::Settings;
use super::{Flag, Program, Role};
use crate::apiserver::catalogue::catalogue;
use crate::spec::ApiServer;
use crate::spec::api_server::Form;
use crate::spec::validate::extra_flags;
use crate::spec::values::is_within;
use crate::spec::wiring::ProgramName;

/// What the templates see of it.
#[derive(Debug, Clone, Serialize)]
pub struct Site {
    /// The folder of the certificates.
    pub certificates: String,
    /// More names of the API server.
    pub names: Vec<String>,
    /// The address that others are told.
    pub advertise: Option<String>,
    /// The address on which it listens.
    pub bind: Option<String>,
    /// Who speaks to the cloud.
    pub cloud: Option<&'static str>,
    /// The files by which the API server reaches etcd: CA, certificate, key.
    pub etcd: [String; 3],
    /// Webhooks that decide after Node and RBAC.
    pub webhooks: Vec<Webhook>,
    /// What the programs see of the machine.
    pub mounts: Vec<Mount>,
}

/// A webhook that authorizes.
#[derive(Debug, Clone, Serialize)]
pub struct Webhook {
    /// Its name in metrics.
    pub name: String,
    /// How it is reached.
    pub kubeconfig: String,
    /// `Deny` or `NoOpinion`.
    pub on_failure: &'static str,
    /// Seconds.
    pub timeout: i64,
}

/// A part of the machine in a pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// The program whose pod it is.
    pub program: Program,
    /// Of the volume.
    pub name: String,
    /// On the machine.
    pub path: String,
    /// In the pod.
    pub at: String,
    /// Whether nothing can be written there.
    pub read_only: bool,
    /// The type of the volume.
    pub kind: &'static str,
}

/// The program of a word of the spec.
fn program(name: ProgramName) -> Program {
    match name {
        ProgramName::ApiServer => Program::ApiServer,
        ProgramName::ControllerManager => Program::ControllerManager,
        ProgramName::Scheduler => Program::Scheduler,
    }
}

pub(super) fn site(server: &ApiServer, home: &str, settings: &Settings) -> Site {
    let folder = server.certificates.folder.as_str();
    let or = |path: Option<&str>, name: &str| path.map_or_else(|| format!("{folder}/{name}"), str::to_owned);
    let etcd = &server.etcd;
    Site {
        certificates: folder.to_owned(),
        names: server.certificates.names.iter().map(|name| name.to_string()).collect(),
        advertise: server.network.advertise.as_ref().map(|address| address.to_string()),
        bind: server.network.bind.as_ref().map(|address| address.to_string()),
        cloud: server.cloud_provider.as_ref().map(|provider| provider.value.as_str()),
        etcd: [
            or(etcd.ca.as_ref().map(|path| path.as_str()), "etcd/ca.crt"),
            or(etcd.certificate.as_ref().map(|path| path.as_str()), "apiserver-etcd-client.crt"),
            or(etcd.key.as_ref().map(|path| path.as_str()), "apiserver-etcd-client.key"),
        ],
        webhooks: webhooks(server),
        mounts: mounts(server, home, settings),
    }
}

fn webhooks(server: &ApiServer) -> Vec<Webhook> {
    let webhooks = server.authorization_webhooks.iter().map(|webhook| Webhook {
        name: webhook.name.to_string(),
        kubeconfig: webhook.kubeconfig.to_string(),
        on_failure: match webhook.on_failure.as_str() {
            "no-opinion" => "NoOpinion",
            _ => "Deny",
        },
        timeout: webhook.timeout.0,
    });
    webhooks.collect()
}

/// Mounts of the spec, and of the files that its keys name.
fn mounts(server: &ApiServer, home: &str, settings: &Settings) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = Vec::new();
    if !server.form().has_static_pods() {
        return mounts;
    }
    for mount in &server.mounts {
        let at = mount.at.as_ref().unwrap_or(&mount.path);
        let name = format!("site-{}", mounts.len());
        let (path, at, read_only) = (mount.path.to_string(), at.to_string(), !mount.writable);
        mounts.push(Mount { program: program(mount.program), name, path, at, read_only, kind: "" });
    }
    // RKE2 mounts the files that flags name, and no flag names this folder
    if let Some(path) = settings.admission.policies.as_ref().filter(|_| server.form() == Form::Rke2) {
        let (path, at, name) = (path.clone(), path.clone(), format!("site-{}", mounts.len()));
        mounts.push(Mount { program: Program::ApiServer, name, path, at, read_only: true, kind: "Directory" });
    }
    let etcd = [&server.etcd.ca, &server.etcd.certificate, &server.etcd.key];
    let named = (etcd.into_iter().flatten().map(|path| path.as_str()))
        .chain(server.encryption.file.iter().map(|path| path.as_str()))
        .chain(server.audit.webhook.iter().map(|webhook| webhook.kubeconfig.as_str()))
        .chain(server.authorization_webhooks.iter().map(|webhook| webhook.kubeconfig.as_str()))
        .chain(server.admission.configurations.iter().map(|it| it.path.as_str()))
        .chain(server.service_accounts.keys.iter().map(|path| path.as_str()))
        .chain(server.service_accounts.signing.iter().map(|path| path.as_str()));
    for path in named {
        let seen = [home, server.certificates.folder.as_str(), settings.audit.folder.as_str()];
        let is_seen = seen.into_iter().any(|folder| is_within(path, folder))
            || mounts.iter().any(|mount| mount.program == Program::ApiServer && is_within(path, &mount.at));
        if !is_seen {
            mounts.push(Mount {
                program: Program::ApiServer,
                name: format!("site-{}", mounts.len()),
                path: path.to_owned(),
                at: path.to_owned(),
                read_only: true,
                kind: "File",
            });
        }
    }
    mounts
}

/// The flags of the site.
pub(super) fn flags(server: &ApiServer) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut add = |program, name: &'static str, value: &str, why: &'static str| {
        flags.push(Flag {
            program,
            name: name.into(),
            value: value.to_owned(),
            role: Role::Site,
            why: why.into(),
            controls: Vec::new(),
        });
    };
    let form = server.form();
    let has_keys = matches!(form, Form::K3s | Form::Rke2);
    if let Some(address) = server.network.advertise.as_ref().filter(|_| !has_keys && form != Form::Kubeadm) {
        add(Program::ApiServer, "advertise-address", address, "the address that others are told");
    }
    if let Some(address) = server.network.bind.as_ref().filter(|_| !has_keys) {
        add(Program::ApiServer, "bind-address", address, "the address on which it listens");
    }
    let tokens = &server.service_accounts;
    for issuer in &tokens.issuers {
        add(Program::ApiServer, "service-account-issuer", issuer, "the first signs tokens of pods, all are taken");
    }
    if let Some(address) = &tokens.jwks {
        add(Program::ApiServer, "service-account-jwks-uri", address, "where others find the keys of tokens");
    }
    for key in &tokens.keys {
        add(Program::ApiServer, "service-account-key-file", key, "checks the tokens of pods");
    }
    if let Some(key) = &tokens.signing {
        add(Program::ApiServer, "service-account-signing-key-file", key, "signs the tokens of pods");
        add(Program::ControllerManager, "service-account-private-key-file", key, "signs tokens of service accounts");
    }
    let is_external = server.etcd.endpoints.iter().any(|endpoint| endpoint.place().is_some());
    if form != Form::Kubeadm || !is_external {
        let etcd = &server.etcd;
        for (name, path) in
            [("etcd-cafile", &etcd.ca), ("etcd-certfile", &etcd.certificate), ("etcd-keyfile", &etcd.key)]
        {
            if let Some(path) = path {
                add(Program::ApiServer, name, path, "how etcd is reached");
            }
        }
    }
    if let Some(provider) = server.cloud_provider.as_ref().filter(|_| !has_keys) {
        add(Program::ControllerManager, "cloud-provider", provider.value.as_str(), "who speaks to the cloud");
    }
    if let Some(webhook) = &server.audit.webhook {
        add(Program::ApiServer, "audit-webhook-config-file", &webhook.kubeconfig, "where events are sent as well");
    }
    let disabled: Vec<&str> = server.admission.disable.iter().map(|plugin| plugin.as_str()).collect();
    if !disabled.is_empty() {
        add(Program::ApiServer, "disable-admission-plugins", &disabled.join(","), "as the exception says");
    }
    extra(server, &mut flags);
    flags
}

/// Those without a key.
fn extra(server: &ApiServer, flags: &mut Vec<Flag>) {
    for (component, extra) in extra_flags(server) {
        let Some(program) = Program::ALL.into_iter().find(|program| program.as_str() == component.name()) else {
            continue;
        };
        for (name, values) in extra {
            // what is said by name counts more than what follows from another key
            flags.retain(|flag| flag.program != program || flag.name != name.as_str());
            let known = catalogue().flag(component, name, server.target.kubernetes.version).found();
            let joins = known.is_some_and(|known| known.ty.splits_at_commas());
            let values = if joins { vec![values.value.0.join(",")] } else { values.value.0.clone() };
            for value in values {
                flags.push(Flag {
                    program,
                    name: name.to_string().into(),
                    value,
                    role: Role::Site,
                    why: known.map_or("of this site", |known| known.meaning).into(),
                    controls: Vec::new(),
                });
            }
        }
    }
}
