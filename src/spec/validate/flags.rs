//! Flags and admission plugins of a site: known to the release, of their type, and not said by a key of the spec.

use crate::apiserver::catalogue::{Component, Flag, Lookup, catalogue};
use crate::decode::{Decoder, Located};
use crate::diagnostic::{Diagnostic, nearest};
use crate::k8s::version::Version;
use crate::spec::ApiServer;
use crate::spec::api_server::Form;
use crate::spec::values::{FlagName, FlagValues};
use crate::spec::wiring::ExtraFlags;
use crate::yaml::Span;

/// Flags that a key of the spec says: the program, the flag or its beginning with `*`, the key.
const KEYS: [(Component, &str, &str); 40] = [
    (Component::ApiServer, "admission-control-config-file", "admission.configurations"),
    (Component::ApiServer, "advertise-address", "network.advertiseAddress"),
    (Component::ApiServer, "anonymous-auth", "anonymous"),
    (Component::ApiServer, "audit-log-maxage", "audit.maxAge"),
    (Component::ApiServer, "audit-log-maxbackup", "audit.maxBackup"),
    (Component::ApiServer, "audit-log-maxsize", "audit.maxSize"),
    (Component::ApiServer, "audit-log-path", "audit.path"),
    (Component::ApiServer, "audit-policy-file", "audit.level"),
    (Component::ApiServer, "audit-webhook-config-file", "audit.webhook"),
    (Component::ApiServer, "authentication-config", "anonymous and oidc"),
    (Component::ApiServer, "authorization-config", "authorization"),
    (Component::ApiServer, "authorization-mode", "authorization"),
    (Component::ApiServer, "authorization-webhook-*", "authorizationWebhooks"),
    (Component::ApiServer, "bind-address", "network.bindAddress"),
    (Component::ApiServer, "disable-admission-plugins", "admission.disable"),
    (Component::ApiServer, "enable-admission-plugins", "admission.enable"),
    (Component::ApiServer, "encryption-provider-config*", "encryption"),
    (Component::ApiServer, "etcd-cafile", "etcd.ca"),
    (Component::ApiServer, "etcd-certfile", "etcd.certificate"),
    (Component::ApiServer, "etcd-keyfile", "etcd.key"),
    (Component::ApiServer, "etcd-servers", "etcd.endpoints"),
    (Component::ApiServer, "kubelet-certificate-authority", "kubelet.certificates"),
    (Component::ApiServer, "oidc-*", "oidc"),
    (Component::ApiServer, "service-account-extend-token-expiration", "longTokens"),
    (Component::ApiServer, "service-account-issuer", "serviceAccounts.issuers"),
    (Component::ApiServer, "service-account-jwks-uri", "serviceAccounts.jwksUri"),
    (Component::ApiServer, "service-account-key-file", "serviceAccounts.keyFiles"),
    (Component::ApiServer, "service-account-signing-key-file", "serviceAccounts.signingKeyFile"),
    (Component::ApiServer, "service-cluster-ip-range", "network.services"),
    (Component::ApiServer, "tls-min-version", "tls"),
    (Component::ControllerManager, "cloud-provider", "cloudProvider"),
    (Component::ControllerManager, "cluster-cidr", "network.pods"),
    (Component::ControllerManager, "service-cluster-ip-range", "network.services"),
    (Component::ControllerManager, "tls-min-version", "tls"),
    (Component::Scheduler, "tls-min-version", "tls"),
    (Component::Kubelet, "cloud-provider", "cloudProvider"),
    (Component::Kubelet, "pod-max-pids", "kubelet.podPids"),
    (Component::Kubelet, "seccomp-default", "nothing: it is always on"),
    (Component::Kubelet, "tls-cipher-suites", "tls"),
    (Component::Kubelet, "tls-min-version", "tls"),
];

/// The key of the spec that says a flag.
pub fn key_of(program: Component, name: &str) -> Option<&'static str> {
    let is = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    };
    KEYS.iter().find(|(of, pattern, _)| *of == program && is(pattern)).map(|(_, _, key)| *key)
}

/// The flags of a spec by program.
pub fn all(server: &ApiServer) -> [(Component, &ExtraFlags); 5] {
    let extra = &server.extra_args;
    [
        (Component::ApiServer, &extra.api_server),
        (Component::ControllerManager, &extra.controller_manager),
        (Component::Scheduler, &extra.scheduler),
        (Component::Etcd, &extra.etcd),
        (Component::Kubelet, &extra.kubelet),
    ]
}

/// The flags that a spec leaves out, by program.
pub fn left_out(server: &ApiServer) -> [(Component, &Vec<Located<FlagName>>); 4] {
    let left = &server.leave_out;
    [
        (Component::ApiServer, &left.api_server),
        (Component::ControllerManager, &left.controller_manager),
        (Component::Scheduler, &left.scheduler),
        (Component::Etcd, &left.etcd),
    ]
}

/// Whether a control plane can do without a flag of those that name certificates and addresses. The rest is what makes it
/// know its clients.
pub fn may_leave_out(program: Component, name: &str) -> bool {
    match program {
        Component::ApiServer => {
            ["proxy-client-", "requestheader-", "kubelet-client-"].iter().any(|start| name.starts_with(start))
                || matches!(
                    name,
                    "allow-privileged" | "enable-bootstrap-token-auth" | "kubelet-preferred-address-types"
                )
                || matches!(name, "secure-port")
        }
        Component::ControllerManager => {
            ["cluster-signing-", "requestheader-", "authentication-", "authorization-"]
                .iter()
                .any(|start| name.starts_with(start))
                || matches!(
                    name,
                    "client-ca-file" | "leader-elect" | "allocate-node-cidrs" | "controllers" | "kubeconfig"
                )
        }
        Component::Scheduler => {
            name.starts_with("authentication-")
                || name.starts_with("authorization-")
                || matches!(name, "leader-elect" | "kubeconfig")
        }
        Component::Etcd => name == "data-dir",
        Component::Kubelet | Component::KubeProxy => false,
    }
}

pub(super) fn check(server: &ApiServer, decoder: &mut Decoder<'_>) {
    let version = server.target.kubernetes.version;
    for (program, flags) in all(server) {
        for (name, values) in flags {
            flag(program, name, values, version, decoder);
            form(server.form(), program, name, values, decoder);
        }
    }
    plugins(server, decoder);
    let starts = matches!(server.form(), Form::StaticPod | Form::Systemd | Form::Flags);
    for (program, names) in left_out(server) {
        for name in names {
            if !starts {
                let message = format!("{} writes these flags itself", server.form().as_str());
                decoder.report(Diagnostic::error(name.span, message).label("take this out"));
            } else if !may_leave_out(program, name) {
                let message = format!("{} cannot do without `--{}`", program.name(), name.as_str());
                decoder.report(Diagnostic::error(name.span, message).label("give it another value under `extraArgs`"));
            }
        }
    }
}

fn flag(
    program: Component,
    name: &Located<FlagName>,
    values: &Located<FlagValues>,
    version: Version,
    decoder: &mut Decoder<'_>,
) {
    let place = name.span;
    let title = program.name();
    if let Some(key) = key_of(program, name) {
        let problem = Diagnostic::error(place, format!("`--{}` has a key of its own", name.as_str()));
        decoder.report(problem.label(format!("expected {key}")));
        return;
    }
    if values.value.0.is_empty() {
        decoder.report(Diagnostic::error(values.span, "there is no value").label("expected one value or several"));
    }
    match catalogue().flag(program, name, version) {
        Lookup::Found(known) => {
            of_type(known, values, decoder);
            if let Some(why) = known.deprecated {
                let problem = Diagnostic::warning(place, format!("`--{}` is deprecated", name.as_str()));
                decoder.report(problem.label(why.to_owned()));
            }
        }
        Lookup::Removed { since, replacement, .. } => {
            let message = format!("{title} has no `--{}` since 1.{since}", name.as_str());
            let label = replacement.map_or_else(|| "take it out".to_owned(), |other| format!("use `{other}`"));
            decoder.report(Diagnostic::error(place, message).label(label));
        }
        Lookup::NotYet { since } => {
            let message = format!("{title} has `--{}` from {since} on", name.as_str());
            decoder.report(Diagnostic::error(place, message).label(format!("not in {version}")));
        }
        // of the other programs not all flags are known
        Lookup::Unknown { nearest } if program.is_whole() => {
            let problem = Diagnostic::error(place, format!("{title} has no flag `--{}`", name.as_str()));
            decoder.report(match nearest {
                Some(other) => problem.label(format!("did you mean `{other}`?")),
                None => problem.label(format!("`tightship apiserver flags --kubernetes {version}` lists them")),
            });
        }
        Lookup::Unknown { .. } => {}
    }
}

fn of_type(known: &Flag, values: &Located<FlagValues>, decoder: &mut Decoder<'_>) {
    for value in &values.value.0 {
        if let Some(expected) = known.ty.expected(value) {
            let message = format!("`--{}` does not take `{value}`", known.flag.unwrap_or(known.name));
            decoder.report(Diagnostic::error(values.span, message).label(format!("expected {expected}")));
        }
    }
    if values.value.0.len() > 1 && !known.ty.is_list() {
        let message = format!("`--{}` has one value", known.flag.unwrap_or(known.name));
        decoder.report(Diagnostic::error(values.span, message).label("of several, the last would win"));
    }
}

/// What the files of a platform cannot say.
fn form(
    form: Form,
    program: Component,
    name: &Located<FlagName>,
    values: &Located<FlagValues>,
    decoder: &mut Decoder<'_>,
) {
    let word = form.as_str();
    let mut refuse = |span: Span, message: String, label: &'static str| {
        decoder.report(Diagnostic::error(span, message).label(label));
    };
    if program == Component::Kubelet && matches!(form, Form::StaticPod | Form::Systemd | Form::Flags | Form::Kind) {
        let message = format!("nothing of {word} starts a kubelet");
        refuse(name.span, message, "give the flag to whatever starts it");
    }
    if program == Component::Etcd && form == Form::Talos {
        refuse(
            name.span,
            "Talos starts etcd with flags of its own".to_owned(),
            "write it into `cluster.etcd.extraArgs`",
        );
    }
    if values.value.0.len() > 1 && matches!(form, Form::Kind | Form::Talos) {
        refuse(
            values.span,
            format!("{word} gives a flag once"),
            "join the values with commas, or use another platform",
        );
    }
    let read_otherwise = |value: &String| value.contains([' ', '\t', '"', '\'', '\\', '$', '%']);
    if form == Form::Systemd && values.value.0.iter().any(read_otherwise) {
        refuse(
            values.span,
            "systemd reads this value in another way".to_owned(),
            "no spaces, quotes, `\\`, `$` or `%`",
        );
    }
}

fn plugins(server: &ApiServer, decoder: &mut Decoder<'_>) {
    let version = server.target.kubernetes.version;
    let admission = &server.admission;
    let configured = admission.configurations.iter().map(|it| &it.plugin);
    for plugin in admission.enable.iter().chain(&admission.disable).chain(configured) {
        let name = plugin.as_str();
        let problem = match catalogue().plugin(name, version) {
            Lookup::Found(_) => continue,
            Lookup::Removed { since, .. } => {
                Diagnostic::error(plugin.span, format!("there is no plugin {name} since 1.{since}"))
                    .label("take it out")
            }
            Lookup::NotYet { since } => Diagnostic::error(plugin.span, format!("{name} is there from {since} on"))
                .label(format!("not in {version}")),
            Lookup::Unknown { nearest: other } => {
                let names = catalogue().plugins(version).map(|plugin| plugin.name);
                let other = other.or_else(|| nearest(name, names));
                let problem = Diagnostic::error(plugin.span, format!("there is no admission plugin `{name}`"));
                match other {
                    Some(other) => problem.label(format!("did you mean `{other}`?")),
                    None => problem.label("the API server would not start"),
                }
            }
        };
        decoder.report(problem);
    }
    let is_on = |name: &str| catalogue().plugin(name, version).found().is_some_and(|plugin| plugin.on);
    for plugin in &admission.enable {
        if is_on(plugin) {
            let problem = Diagnostic::error(plugin.span, format!("{} is on by itself", plugin.as_str()));
            decoder.report(problem.label("take it out"));
        }
        if ["AlwaysAdmit", "AlwaysDeny"].contains(&plugin.as_str()) {
            let problem = Diagnostic::error(plugin.span, format!("{} turns admission off", plugin.as_str()));
            decoder.report(problem.label("take it out"));
        }
        let own = match plugin.as_str() {
            "NodeRestriction" | "DenyServiceExternalIPs" => "it is always on",
            "EventRateLimit" => "it is `rateLimits`",
            "AlwaysPullImages" => "it is `alwaysPull`",
            _ => continue,
        };
        let problem = Diagnostic::error(plugin.span, format!("{} is part of the baseline", plugin.as_str()));
        decoder.report(problem.label(own));
    }
    for configuration in &admission.configurations {
        let own = match configuration.plugin.as_str() {
            "PodSecurity" => "it is made from `podSecurity`",
            "EventRateLimit" => "it is made from `rateLimits`",
            _ => continue,
        };
        let message = format!("the configuration of {} has keys of its own", configuration.plugin.as_str());
        decoder.report(Diagnostic::error(configuration.plugin.span, message).label(own));
    }
    let plugins = admission.enable.iter().map(|it| (it.to_string(), it.span));
    super::app::twice(plugins, "the plugin", decoder);
}

/// Whether a value of a flag undoes what the baseline sets.
pub fn is_weak(program: Component, name: &str, value: &str) -> bool {
    let off = matches!(value, "0" | "f" | "F" | "false" | "FALSE" | "False");
    match (program, name) {
        (Component::ApiServer, "token-auth-file" | "basic-auth-file") => true,
        (Component::ApiServer, "service-account-lookup")
        | (Component::ControllerManager, "use-service-account-credentials")
        | (Component::Etcd, "client-cert-auth" | "peer-client-cert-auth") => off,
        (Component::Etcd, "auto-tls" | "peer-auto-tls")
        | (Component::Kubelet, "anonymous-auth")
        | (_, "profiling" | "contention-profiling") => !off,
        (Component::ApiServer, "runtime-config") => {
            value.split(',').any(|item| matches!(item.trim(), "api/all=true" | "api/alpha=true"))
        }
        (Component::ApiServer, "request-timeout") => matches!(value, "0" | "0s"),
        (Component::ControllerManager | Component::Scheduler, "bind-address") => !matches!(value, "127.0.0.1" | "::1"),
        (Component::Kubelet, "authorization-mode") => value == "AlwaysAllow",
        (Component::Kubelet, "read-only-port") => value != "0",
        (_, "feature-gates") => {
            value.split(',').any(|item| matches!(item.trim(), "AllAlpha=true" | "RotateKubeletServerCertificate=false"))
        }
        (_, "tls-cipher-suites") => value.split(',').any(|suite| !is_strong(suite.trim())),
        _ => false,
    }
}

/// Whether a suite keeps earlier traffic closed, and is none of those with known attacks.
fn is_strong(suite: &str) -> bool {
    let is_tls13 = suite.starts_with("TLS_AES_") || suite.starts_with("TLS_CHACHA20_");
    is_tls13 || (suite.starts_with("TLS_ECDHE_") && (suite.contains("_GCM_") || suite.contains("_CHACHA20_")))
}

/// Places that need the exception `weaker-flag`, each with what it is called.
pub(super) fn weak(server: &ApiServer) -> Vec<(Span, &'static str)> {
    let mut found = Vec::new();
    for (program, flags) in all(server) {
        for (name, values) in flags {
            if values.value.0.iter().any(|value| is_weak(program, name, value)) {
                found.push((name.span, "a flag that undoes a hardening"));
            }
        }
    }
    found.extend(server.admission.disable.iter().map(|plugin| (plugin.span, "an admission plugin that is turned off")));
    found
}
