//! The spec: flags become keys where there are some, `extraArgs` where not.

use std::fmt::Write as _;

use super::ask::{Ask, load};
use super::cluster::Cluster;
use super::ledger::{Entry, Fate};
use super::plan::code;
use super::running::{Running, program};
use crate::apiserver::catalogue::{Component, catalogue};
use crate::apiserver::files::Content;
use crate::generate::baseline::{Baseline, Role};
use crate::k8s::network::Cidr;
use crate::rules::facts::{Named, Plane};
use crate::spec::api_server::Form;
use crate::spec::validate::may_leave_out;
use crate::spec::values::{
    AbsolutePath, Audience, ClaimName, Endpoint, HostOrAddress, HostPort, IssuerUrl, Leaf, PatchRelease, PluginName,
    ShortName, TokenIssuer,
};
use crate::spec::wiring::PKI;
use crate::yaml::quote;

const API: Component = Component::ApiServer;
const KCM: Component = Component::ControllerManager;

/// Plugins that the baseline has by itself.
const OWN_PLUGINS: [&str; 4] = ["NodeRestriction", "DenyServiceExternalIPs", "EventRateLimit", "AlwaysPullImages"];

/// Folders that every control plane mounts, or that the target mounts itself.
const MOUNTED: [&str; 7] = [
    "/etc/ssl/certs",
    "/etc/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
    "/etc/pki",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
];

/// Everything that the spec is made of.
pub(super) struct Keys<'a> {
    pub(super) running: &'a Running<'a>,
    pub(super) plane: &'a Plane,
    pub(super) cluster: &'a Cluster,
    pub(super) ask: &'a Ask,
    pub(super) form: Form,
    pub(super) release: PatchRelease,
}

/// A value that the key takes, as YAML.
fn leaf<T: Leaf>(text: &str) -> Option<String> {
    T::read(text).ok().map(|_| quote::scalar(text))
}

/// `key: {a: b}`, if there is anything.
fn section(out: &mut String, key: &str, pairs: &[(&str, Option<String>)]) {
    let given: Vec<String> =
        pairs.iter().filter_map(|(key, value)| Some(format!("{key}: {}", value.as_ref()?))).collect();
    if !given.is_empty() {
        // writing to a string cannot fail
        let _ = writeln!(out, "{key}: {{{}}}", given.join(", "));
    }
}

fn list(items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| format!("[{}]", items.join(", ")))
}

impl Keys<'_> {
    /// Whether the whole configuration is made anew, and not only something on top of it.
    fn is_whole(&self) -> bool {
        !matches!(self.form, Form::K3s | Form::Rke2 | Form::Talos)
    }

    /// The spec; `entries` are the flags that it has no key for, once they are known.
    pub(super) fn spec(&self, entries: &[Entry]) -> String {
        let mut out = String::from(
            "# Made by `tightship apiserver adopt` from what runs: PLAN.md says what would change.\n\
             apiVersion: tightship/v1\nkind: ApiServer\n",
        );
        let PatchRelease { version, patch } = self.release;
        let release = patch.map_or_else(|| version.to_string(), |patch| format!("{version}.{patch}"));
        let _ = writeln!(out, "name: {}", self.name());
        let _ = writeln!(out, "target: {{kubernetes: \"{release}\", platform: {}}}", self.form.as_str());
        if self.form != Form::Talos {
            self.audit(&mut out);
            self.encryption(&mut out);
        }
        self.entry(&mut out);
        if self.is_whole() {
            self.network(&mut out);
            self.tokens(&mut out);
            self.admission(&mut out);
            self.mounts(&mut out);
            leave_out(&mut out, self, entries);
            extra(&mut out, entries);
        }
        out
    }

    fn name(&self) -> String {
        let of_flag = self.running.one(KCM, "cluster-name");
        let named = [self.ask.name.as_deref(), self.cluster.name.as_deref(), of_flag];
        let name = named.into_iter().flatten().find(|name| ShortName::read(name).is_ok());
        let fallback = if self.form == Form::Kubeadm { "kubernetes" } else { "cluster" };
        quote::scalar(name.unwrap_or(fallback))
    }

    fn audit(&self, out: &mut String) {
        let path = self.running.one(API, "audit-log-path").filter(|path| path.matches('/').count() > 2);
        let at_least = |name: &str, least: i64, most: i64| {
            let value: i64 = self.running.one(API, name)?.parse().ok()?;
            (value > least && value <= most).then(|| value.to_string())
        };
        let webhook = self.running.one(API, "audit-webhook-config-file").and_then(leaf::<AbsolutePath>);
        section(
            out,
            "audit",
            &[
                ("path", path.and_then(leaf::<AbsolutePath>)),
                ("maxAge", at_least("audit-log-maxage", 30, 3650)),
                ("maxBackup", at_least("audit-log-maxbackup", 10, 1000)),
                ("maxSize", at_least("audit-log-maxsize", 100, 10_000)),
                ("webhook", webhook.map(|path| format!("{{kubeconfig: {path}}}"))),
            ],
        );
    }

    /// A file that is there already has keys that nothing else can read what lies in etcd with: it stays.
    fn encryption(&self, out: &mut String) {
        let path = self.running.one(API, "encryption-provider-config").and_then(leaf::<AbsolutePath>);
        if self.form.keeps_own_key() {
            return;
        }
        section(out, "encryption", &[("provider", path.as_ref().map(|_| "file".to_owned())), ("file", path)]);
    }

    /// Who comes in.
    fn entry(&self, out: &mut String) {
        let tokens = self.running.one(API, "enable-bootstrap-token-auth") == Some("true");
        if tokens && self.is_whole() {
            out.push_str("anonymous: {joinByToken: true}\n");
        }
        let webhook = self.running.one(API, "authorization-webhook-config-file").and_then(leaf::<AbsolutePath>);
        if !self.form.keeps_authorization() && (webhook.is_some() || self.has_authorization_file()) {
            out.push_str("authorization: file\n");
            if let Some(path) = webhook {
                let _ = writeln!(
                    out,
                    "authorizationWebhooks: [{{name: webhook, kubeconfig: {path}, onFailure: no-opinion}}]"
                );
            }
        }
        if self.is_whole() {
            self.oidc(out);
        }
    }

    fn has_authorization_file(&self) -> bool {
        self.running.one(API, "authorization-config").is_some()
    }

    fn oidc(&self, out: &mut String) {
        let one = |name: &str| self.running.one(API, name);
        let (Some(url), Some(client)) =
            (one("oidc-issuer-url").and_then(leaf::<IssuerUrl>), one("oidc-client-id").and_then(leaf::<Audience>))
        else {
            return;
        };
        let prefix = one("oidc-username-prefix").filter(|prefix| *prefix != "-").and_then(leaf::<Audience>);
        let pairs = [
            ("url", Some(url)),
            ("audiences", Some(format!("[{client}]"))),
            ("username", one("oidc-username-claim").and_then(leaf::<ClaimName>)),
            ("groups", one("oidc-groups-claim").and_then(leaf::<ClaimName>)),
            ("prefix", prefix),
        ];
        let given: Vec<String> =
            pairs.into_iter().filter_map(|(key, value)| Some(format!("{key}: {}", value?))).collect();
        let _ = writeln!(out, "oidc:\n  - {{{}}}", given.join(", "));
    }

    fn network(&self, out: &mut String) {
        let blocks = |text: &str| {
            let good = !text.is_empty() && text.split(',').all(|block| Cidr::parse(block.trim()).is_ok());
            good.then(|| quote::scalar(text))
        };
        let services = self.running.one(API, "service-cluster-ip-range").or(self.cluster.services.as_deref());
        let pods = self.running.one(KCM, "cluster-cidr").or(self.cluster.pods.as_deref());
        let address = |name: &str| {
            let decides = matches!(self.form, Form::Kind | Form::Kubeadm);
            self.running.one(API, name).filter(|_| !decides).and_then(leaf::<crate::spec::values::Address>)
        };
        let bind = self.running.one(API, "bind-address");
        let endpoint = self.cluster.endpoint.as_deref().filter(|_| self.form == Form::Kubeadm);
        section(
            out,
            "network",
            &[
                ("endpoint", endpoint.and_then(leaf::<HostPort>)),
                ("services", services.and_then(blocks)),
                ("pods", pods.and_then(blocks)),
                ("advertiseAddress", address("advertise-address")),
                (
                    "bindAddress",
                    bind.filter(|_| self.form != Form::Kind).and_then(leaf::<crate::spec::values::Address>),
                ),
            ],
        );
        self.etcd(out);
        let names: Vec<String> = self.cluster.names.iter().filter_map(|name| leaf::<HostOrAddress>(name)).collect();
        let makes = matches!(self.form, Form::Kubeadm | Form::Kind);
        let folder = Some(self.folder()).filter(|folder| folder != PKI && self.form != Form::Kind);
        let folder = folder.as_deref().and_then(leaf::<AbsolutePath>);
        section(out, "certificates", &[("folder", folder), ("names", list(&names).filter(|_| makes))]);
        if self.running.one(KCM, "cloud-provider") == Some("external") && self.form != Form::Kind {
            out.push_str("cloudProvider: external\n");
        }
    }

    /// The folder of the certificates, if they have the names that kubeadm made common.
    fn folder(&self) -> String {
        let of_flag = self.running.one(API, "client-ca-file").and_then(|path| path.strip_suffix("/ca.crt"));
        of_flag.or(self.cluster.certificates.as_deref()).unwrap_or(PKI).to_owned()
    }

    fn etcd(&self, out: &mut String) {
        if self.form.runs_own_etcd() {
            return;
        }
        let servers = self.running.list(API, "etcd-servers");
        let is_local = |url: &&str| ["//127.0.0.1:", "//localhost:", "//[::1]:"].iter().any(|host| url.contains(host));
        let all = servers.iter().map(|url| leaf::<Endpoint>(url)).collect::<Option<Vec<_>>>().unwrap_or_default();
        let needed =
            !(servers.is_empty() || (servers.iter().all(is_local) && servers == [crate::spec::wiring::LOCAL_ETCD]));
        let folder = self.folder();
        let path = |name: &str, usual: &str| {
            let path = self.running.one(API, name)?;
            (path != format!("{folder}/{usual}")).then(|| leaf::<AbsolutePath>(path)).flatten()
        };
        section(
            out,
            "etcd",
            &[
                ("endpoints", list(&all).filter(|_| needed)),
                ("ca", path("etcd-cafile", "etcd/ca.crt")),
                ("certificate", path("etcd-certfile", "apiserver-etcd-client.crt")),
                ("key", path("etcd-keyfile", "apiserver-etcd-client.key")),
            ],
        );
    }

    fn tokens(&self, out: &mut String) {
        let folder = self.folder();
        let issuers = self.running.values(API, "service-account-issuer");
        let issuers: Vec<String> = issuers.iter().filter_map(|issuer| leaf::<TokenIssuer>(issuer)).collect();
        let keys = self.running.values(API, "service-account-key-file");
        let keys: Vec<String> = if keys == [format!("{folder}/sa.pub")] || self.form == Form::Kind {
            Vec::new()
        } else {
            keys.iter().filter_map(|path| leaf::<AbsolutePath>(path)).collect()
        };
        let signing = self.running.one(API, "service-account-signing-key-file");
        let signing = signing.filter(|path| **path != format!("{folder}/sa.key") && self.form != Form::Kind);
        let jwks = self.running.one(API, "service-account-jwks-uri").and_then(leaf::<TokenIssuer>);
        let usual = issuers.as_slice() == ["https://kubernetes.default.svc.cluster.local"];
        section(
            out,
            "serviceAccounts",
            &[
                ("issuers", list(&issuers).filter(|_| !usual)),
                ("jwksUri", jwks),
                ("keyFiles", list(&keys)),
                ("signingKeyFile", signing.and_then(leaf::<AbsolutePath>)),
            ],
        );
        if self.running.one(API, "service-account-extend-token-expiration") == Some("true") {
            out.push_str("# tokens of pods lived for a year: see PLAN.md before they end within the hour\n");
        }
    }

    fn admission(&self, out: &mut String) {
        let version = self.release.version;
        let known = |name: &&str| catalogue().plugin(name, version).found().is_some_and(|plugin| !plugin.on);
        let enabled = self.running.list(API, "enable-admission-plugins").into_iter();
        let mut enabled: Vec<String> = enabled
            .filter(known)
            .filter(|name| !OWN_PLUGINS.contains(name) && !["AlwaysAdmit", "AlwaysDeny"].contains(name))
            .filter_map(leaf::<PluginName>)
            .collect();
        enabled.dedup();
        let view = self.running.program(API).map(|started| started.view);
        let named = view.map(|view| self.plane.named(view, "admission-control-config-file"));
        let mut configurations = Vec::new();
        if let Some(Named::Seen(companion)) = named
            && let Content::Admission(plugins) = &companion.content
        {
            for plugin in plugins {
                let path = plugin.path.as_ref().and_then(|path| leaf::<AbsolutePath>(&path.text));
                let is_own = ["PodSecurity", "EventRateLimit"].contains(&plugin.name.text.as_str());
                if let (Some(path), Some(name), false) = (path, leaf::<PluginName>(&plugin.name.text), is_own) {
                    configurations.push(format!("{{plugin: {name}, path: {path}}}"));
                }
            }
        }
        section(out, "admission", &[("enable", list(&enabled)), ("configurations", list(&configurations))]);
    }

    /// What the pods see of the machine besides what every target mounts.
    fn mounts(&self, out: &mut String) {
        if !self.form.has_static_pods() {
            return;
        }
        let audit =
            self.running.one(API, "audit-log-path").and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
        let folder = self.folder();
        let mut lines: Vec<String> = Vec::new();
        for (component, word) in [(API, "apiServer"), (KCM, "controllerManager"), (Component::Scheduler, "scheduler")] {
            let view = self.running.program(component).map(|started| started.view);
            let of_kubeadm = ["/etc/kubernetes/controller-manager.conf", "/etc/kubernetes/scheduler.conf"];
            for mount in view.and_then(|view| view.mounts.as_ref()).into_iter().flatten() {
                let (path, at) = (mount.source.as_str(), mount.target.as_str());
                let kubeconfig = self.running.one(component, "kubeconfig");
                let is_usual = MOUNTED.contains(&at)
                    || at == folder
                    || Some(at) == audit
                    || Some(at) == kubeconfig
                    || of_kubeadm.contains(&at)
                    || (self.form == Form::Kubeadm && at == "/usr/libexec/kubernetes/kubelet-plugins/volume/exec");
                let (Some(from), Some(to)) = (leaf::<AbsolutePath>(path), leaf::<AbsolutePath>(at)) else { continue };
                if is_usual {
                    continue;
                }
                let inside = if path == at { String::new() } else { format!(", at: {to}") };
                let writable = if mount.read_only { "" } else { ", writable: true" };
                let of = if word == "apiServer" { String::new() } else { format!(", program: {word}") };
                lines.push(format!("  - {{path: {from}{inside}{writable}{of}}}"));
            }
        }
        lines.dedup();
        if !lines.is_empty() {
            let _ = writeln!(out, "mounts:\n{}", lines.join("\n"));
        }
    }

    /// What only a person can carry over.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let one = |name: &str| self.running.one(API, name);
        let path_of = |name: &str| one(name).map(code);
        if let Some(path) = path_of("authentication-config") {
            notes.push(format!(
                "{path} has issuers of its own: write each of them under `oidc`, or their tokens are refused"
            ));
        }
        if let Some(path) = path_of("oidc-ca-file") {
            notes.push(format!("the certificates in {path} go under `oidc` as `ca`, or the issuer is not trusted"));
        }
        if one("oidc-username-prefix") == Some("-") {
            notes.push(
                "users had no prefix: under `oidc` they get one, and bindings that name them have to follow".to_owned(),
            );
        }
        if let Some(path) = path_of("authorization-config") {
            notes.push(format!("webhooks in {path} go under `authorizationWebhooks`"));
        }
        if let Some(path) = path_of("admission-control-config-file") {
            notes.push(format!(
                "{path} is made anew: configurations of plugins that stood in it go into files under `admission.configurations`"
            ));
        }
        if let Some(path) = path_of("audit-policy-file") {
            notes.push(format!("{path} is made anew from `audit.level`: look whether your rules are in it"));
        }
        let servers = self.running.list(API, "etcd-servers");
        let http: Vec<String> = servers.into_iter().filter(|url| !url.starts_with("https://")).map(code).collect();
        if !http.is_empty() {
            notes.push(format!(
                "etcd is reached without encryption ({}): give it certificates first, the spec has no word for less",
                http.join(", ")
            ));
        }
        for component in [Component::ControllerManager, Component::Scheduler, Component::Etcd] {
            let is_known = self.running.program(component).is_some();
            if !is_known && self.is_whole() && !(component == Component::Etcd && self.form.runs_own_etcd()) {
                notes.push(format!("no file here starts {}: what it runs with is not known", component.name()));
            }
        }
        notes
    }
}

/// Flags for which there is no key.
fn extra(out: &mut String, entries: &[Entry]) {
    let words = [
        (API, "apiServer"),
        (KCM, "controllerManager"),
        (Component::Scheduler, "scheduler"),
        (Component::Etcd, "etcd"),
    ];
    let mut text = String::new();
    for (component, word) in words {
        let own: Vec<&Entry> =
            entries.iter().filter(|entry| entry.component == component && entry.fate == Fate::Extra).collect();
        if own.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {word}:");
        for entry in own {
            let values: Vec<String> = entry.values.iter().map(|value| quote::double_quoted(value)).collect();
            let value = match values.as_slice() {
                [one] => one.clone(),
                many => format!("[{}]", many.join(", ")),
            };
            let _ = writeln!(text, "    {}: {value}", entry.name);
        }
    }
    if !text.is_empty() {
        let _ = write!(out, "extraArgs:\n{text}");
    }
}

/// Wiring of the baseline that this cluster does without: a flag that names a file which is not there would stop it.
fn leave_out(out: &mut String, keys: &Keys<'_>, entries: &[Entry]) {
    let starts = matches!(keys.form, Form::StaticPod | Form::Systemd | Form::Flags);
    if !starts || entries.is_empty() {
        return;
    }
    let Ok(server) = load(&keys.spec(&[])) else { return };
    let baseline = Baseline::new(&server);
    let words = [
        (API, "apiServer"),
        (KCM, "controllerManager"),
        (Component::Scheduler, "scheduler"),
        (Component::Etcd, "etcd"),
    ];
    let mut pairs = Vec::new();
    for (component, word) in words {
        let (Some(program), Some(started)) = (program(component), keys.running.program(component)) else { continue };
        if started.view.partial {
            continue;
        }
        let missing = baseline.all_of(program).filter(|flag| {
            flag.role == Role::Wiring
                && !started.flags.iter().any(|other| other.name == flag.name)
                && may_leave_out(component, &flag.name)
        });
        let names: Vec<String> = missing.map(|flag| flag.name.to_string()).collect();
        pairs.push((word, list(&names)));
    }
    section(out, "leaveOut", &pairs);
}
