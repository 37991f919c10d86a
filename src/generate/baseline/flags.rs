//! The flags, each with its reason and the items that ask for it.

use super::files::ConfigFile;
use super::settings::Settings;
use super::{Flag, Program, Role};
use crate::spec::ApiServer;
use crate::spec::api_server::{AuthorizationForm, Form, Profile, TlsFloor};
use crate::spec::validate::left_out;

/// Where Talos keeps those of the API server.
const TALOS_PKI: &str = "/system/secrets/kubernetes/kube-apiserver";

pub(super) fn flags(server: &ApiServer, files: &[ConfigFile], settings: &Settings) -> Vec<Flag> {
    let mut flags = super::wiring::flags(server, settings);
    entry(server, files, settings, &mut flags);
    admission(files, settings, &mut flags);
    audit(server, files, settings, &mut flags);
    storage(files, settings, &mut flags);
    kubelets(server, settings, &mut flags);
    for program in [Program::ApiServer, Program::ControllerManager, Program::Scheduler] {
        common(server, settings, program, &mut flags);
    }
    tokens(server, &mut flags);
    controllers(&mut flags);
    etcd(server, &mut flags);
    let own = super::site::flags(server);
    // what the site says stands in the place of what others would set
    flags.retain(|flag| !own.iter().any(|other| other.program == flag.program && other.name == flag.name));
    flags.extend(own);
    let is_left_out = |flag: &Flag| {
        let mut names = left_out(server).into_iter().filter(|(program, _)| program.name() == flag.program.as_str());
        names.any(|(_, names)| names.iter().any(|name| name.as_str() == flag.name))
    };
    flags.retain(|flag| flag.role != Role::Wiring || !is_left_out(flag));
    flags
}

/// A flag of the API server.
fn harden(name: &'static str, value: impl Into<String>, why: &'static str, controls: &[&'static str]) -> Flag {
    Flag {
        program: Program::ApiServer,
        name: name.into(),
        value: value.into(),
        role: Role::Hardening,
        why: why.into(),
        controls: controls.to_vec(),
    }
}

/// A flag that names a file, if there is one.
fn named(files: &[ConfigFile], name: &'static str, why: &'static str, controls: &[&'static str]) -> Option<Flag> {
    files.iter().find(|file| file.flag == name).map(|file| harden(name, file.path.clone(), why, controls))
}

/// Who comes in, and who decides.
fn entry(server: &ApiServer, files: &[ConfigFile], settings: &Settings, flags: &mut Vec<Flag>) {
    if server.form().refuses_anonymous() {
        let why = "no anonymous requests: health is probed in another way here";
        flags.push(harden("anonymous-auth", "false", why, &["CIS 1.2.1", "STIG V-242390"]));
    }
    let why = if settings.authentication.anonymous.is_some() {
        "anonymous requests reach the health paths only; excludes --anonymous-auth"
    } else {
        "issuers of tokens for people"
    };
    flags.extend(named(files, "authentication-config", why, &["CIS 1.2.1", "STIG V-242390"]));
    let controls = &["CIS 1.2.6", "CIS 1.2.7", "CIS 1.2.8", "STIG V-242382"];
    if server.authorization.value == AuthorizationForm::File {
        flags.extend(named(files, "authorization-config", "Node, then RBAC; excludes --authorization-mode", controls));
    } else if server.form() != Form::Talos {
        flags.push(harden("authorization-mode", "Node,RBAC", "without it everything is allowed", controls));
    }
}

fn admission(files: &[ConfigFile], settings: &Settings, flags: &mut Vec<Flag>) {
    let plugins = &settings.admission.plugins;
    let controls = plugins.iter().map(|plugin| match plugin.as_str() {
        "DenyServiceExternalIPs" => "CIS 1.2.3",
        "EventRateLimit" => "CIS 1.2.9",
        "AlwaysPullImages" => "CIS 1.2.11",
        "NodeRestriction" => "CIS 1.2.14",
        _ => "",
    });
    let mut controls: Vec<_> = controls.filter(|control| !control.is_empty()).collect();
    controls.sort_unstable_by_key(|control| control.len());
    let why = "in addition to those that are on by default";
    flags.push(harden("enable-admission-plugins", plugins.join(","), why, &controls));
    let why = "levels for pods, and limits of events, without which EventRateLimit does not start";
    flags.extend(named(files, "admission-control-config-file", why, &["STIG V-254800"]));
}

fn audit(server: &ApiServer, files: &[ConfigFile], settings: &Settings, flags: &mut Vec<Flag>) {
    let audit = &settings.audit;
    flags.extend(named(files, "audit-policy-file", "without it the log stays empty", &["CIS 3.2.1", "STIG V-242461"]));
    if server.form() != Form::Talos {
        flags.push(harden("audit-log-path", audit.path.clone(), "who did what, and when", &["CIS 1.2.16"]));
    }
    // the defaults changed with 1.36: before, nothing was ever deleted, and 0 meant 100 megabytes
    let (age, backup) = (audit.max_age.to_string(), audit.max_backup.to_string());
    flags.push(harden("audit-log-maxage", age, "days", &["CIS 1.2.17", "STIG V-242464"]));
    flags.push(harden("audit-log-maxbackup", backup, "old files", &["CIS 1.2.18", "STIG V-242463"]));
    let size = audit.max_size.to_string();
    flags.push(harden("audit-log-maxsize", size, "megabytes", &["CIS 1.2.19", "STIG V-242462"]));
}

fn storage(files: &[ConfigFile], settings: &Settings, flags: &mut Vec<Flag>) {
    let why = "Secrets are encrypted in etcd and in its backups";
    let controls = &["CIS 1.2.27", "CIS 1.2.28", "STIG V-274882"];
    let own = settings.encryption.file.as_ref();
    let own = own.map(|path| harden("encryption-provider-config", path.clone(), why, controls));
    if let Some(flag) = named(files, "encryption-provider-config", why, controls).or(own) {
        flags.push(flag);
        let why = "a rotated key needs no restart";
        flags.push(harden("encryption-provider-config-automatic-reload", "true", why, &[]));
    }
}

fn kubelets(server: &ApiServer, settings: &Settings, flags: &mut Vec<Flag>) {
    if settings.kubelet.verified {
        let folder = if server.form() == Form::Talos { TALOS_PKI } else { server.certificates.folder.as_str() };
        let why = "logs and exec go to no impostor; kubelets need signed certificates first";
        flags.push(harden("kubelet-certificate-authority", format!("{folder}/ca.crt"), why, &["CIS 1.2.5"]));
    }
}

/// What the three programs of Kubernetes have in common.
fn common(server: &ApiServer, settings: &Settings, program: Program, flags: &mut Vec<Flag>) {
    let mut add = |name: &'static str, value: String, why: &'static str, controls: &[&'static str]| {
        flags.push(Flag {
            program,
            name: name.into(),
            value,
            role: Role::Hardening,
            why: why.into(),
            controls: controls.to_vec(),
        });
    };
    let profiling: &[&str] = match program {
        Program::ControllerManager => &["CIS 1.3.2", "STIG V-242409"],
        Program::Scheduler => &["CIS 1.4.1"],
        _ => &["CIS 1.2.15"],
    };
    add("profiling", "false".to_owned(), "no profiles of the running program over the network", profiling);
    let floor: &[&str] = match program {
        Program::ControllerManager => &["STIG V-242376"],
        Program::Scheduler => &["STIG V-242377"],
        _ => &["STIG V-242378"],
    };
    add("tls-min-version", settings.kubelet.tls.to_owned(), "nothing older", floor);
    if server.tls == TlsFloor::Tls12 {
        let ciphers: &[&str] = match (program, server.profile.value) {
            (Program::ApiServer, Profile::Stig) => &["CIS 1.2.29", "STIG V-242418"],
            (Program::ApiServer, _) => &["CIS 1.2.29"],
            _ => &[],
        };
        let why = "forward secrecy, and both AES_128_GCM suites, without which HTTP/2 does not start";
        add("tls-cipher-suites", settings.kubelet.ciphers.join(","), why, ciphers);
    }
}

fn tokens(server: &ApiServer, flags: &mut Vec<Flag>) {
    if !server.long_tokens.value {
        let why = "tokens of pods end within the hour instead of a year; see serviceaccount_stale_tokens_total first";
        flags.push(harden("service-account-extend-token-expiration", "false", why, &["CIS 1.2.30"]));
    }
    if server.profile.value == Profile::Stig {
        flags.push(harden(
            "request-timeout",
            "300s",
            "a slow client does not hold a request for ever",
            &["CIS 1.2.20", "STIG V-242438"],
        ));
    }
}

fn controllers(flags: &mut Vec<Flag>) {
    flags.push(Flag {
        program: Program::ControllerManager,
        name: "terminated-pod-gc-threshold".into(),
        value: "1000".to_owned(),
        role: Role::Hardening,
        why: "terminated pods do not accumulate; the default is 12500".into(),
        controls: vec!["CIS 1.3.1"],
    });
}

/// The STIG wants to see them written.
fn etcd(server: &ApiServer, flags: &mut Vec<Flag>) {
    if server.profile.value != Profile::Stig {
        return;
    }
    let rows: [(&'static str, &'static [&'static str]); 2] =
        [("auto-tls", &["CIS 2.3", "STIG V-242379"]), ("peer-auto-tls", &["CIS 2.6", "STIG V-242380"])];
    for (name, controls) in rows {
        let (program, value, why) = (Program::Etcd, "false".to_owned(), "no self-signed certificates");
        flags.push(Flag {
            program,
            name: name.into(),
            value,
            role: Role::Hardening,
            why: why.into(),
            controls: controls.to_vec(),
        });
    }
}
