//! The plan: what stays, what changes, what it may break, and in which order.

use std::fmt::Write as _;

use super::ledger::{Entry, Fate};
use super::running::{Running, program};
use crate::apiserver::catalogue::Component;
use crate::diagnostic::text;
use crate::generate::baseline::{Baseline, Flag, Role};
use crate::generate::stage;
use crate::rules::facts::Plane;
use crate::spec::api_server::Form;

/// Everything that the plan speaks of.
pub(super) struct Scene<'a> {
    pub(super) running: &'a Running<'a>,
    pub(super) plane: &'a Plane,
    pub(super) baseline: &'a Baseline,
    pub(super) entries: &'a [Entry],
    pub(super) notes: &'a [String],
    pub(super) form: Form,
}

/// What a change may break, by flag.
const BREAKS: [(&str, &str); 16] = [
    (
        "admission-control-config-file",
        "pods below the level, in namespaces without labels; clients that write many events",
    ),
    ("anonymous-auth", "probes and joins that come without credentials"),
    ("audit-log-path", "nothing, if there is room: look at the disk"),
    (
        "authentication-config",
        "whoever reads without credentials something else than health: find them in the audit log first",
    ),
    ("authorization-mode", "whoever was allowed by a mode that goes"),
    ("authorization-config", "whoever was allowed by a mode that goes"),
    ("bind-address", "monitoring that asks from another machine"),
    (
        "enable-admission-plugins",
        "AlwaysPullImages: images that were loaded by hand; nodes whose labels kubelets change themselves",
    ),
    ("encryption-provider-config", "all other API servers, if it is not done in stages"),
    (
        "kubelet-certificate-authority",
        "logs, exec, port-forward and metrics-server of nodes whose certificate is not signed yet",
    ),
    ("profiling", "whoever reads /debug/pprof"),
    (
        "service-account-extend-token-expiration",
        "clients that read their token only once: `serviceaccount_stale_tokens_total` counts them",
    ),
    ("service-account-issuer", "tokens of pods, and whoever checks them outside"),
    ("terminated-pod-gc-threshold", "whoever reads logs of pods that ended long ago"),
    ("tls-cipher-suites", "clients that are older than TLS 1.2 with forward secrecy"),
    ("tls-min-version", "clients that are older than TLS 1.2"),
];

fn breaks(name: &str) -> &'static str {
    BREAKS.iter().find(|(known, _)| *known == name).map_or("", |(_, breaks)| breaks)
}

/// A text of somebody's file in a cell of a table: on one line, and nothing that a terminal obeys.
fn cell(text: &str) -> String {
    text::line(text).replace('|', "\\|").replace('`', "'")
}

/// A text of somebody's file as code.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", cell(text))
}

fn shown(values: &[String]) -> String {
    let text = values.iter().map(|value| code(value)).collect::<Vec<_>>().join(" ");
    if text.is_empty() { "-".to_owned() } else { text }
}

pub(super) fn text(scene: &Scene<'_>) -> String {
    let baseline = scene.baseline;
    let mut out = String::new();
    // writing to a string cannot fail
    let _ = writeln!(
        out,
        "# Plan for {}\n\nKubernetes {}, {}, profile {}. Made by `tightship apiserver adopt`, which changed nothing. \
         `tightship render` writes the end of it,\n`tightship apiserver stage N` the way there.\n",
        baseline.name,
        baseline.kubernetes,
        scene.form.as_str(),
        baseline.profile,
    );
    by_hand(&mut out, scene);
    changes(&mut out, scene);
    new(&mut out, scene);
    goes(&mut out, scene);
    kubelets(&mut out, scene);
    stays(&mut out, scene);
    stages(&mut out, scene);
    out
}

fn by_hand(out: &mut String, scene: &Scene<'_>) {
    let entries: Vec<&Entry> = scene.entries.iter().filter(|entry| matches!(entry.fate, Fate::ByHand(_))).collect();
    if entries.is_empty() && scene.notes.is_empty() {
        return;
    }
    out.push_str("## First, by hand\n\n");
    for note in scene.notes {
        let _ = writeln!(out, "* {note}.");
    }
    for entry in entries {
        if let Fate::ByHand(why) = entry.fate {
            let _ = writeln!(
                out,
                "* {} `--{}` is {}: {why}.",
                entry.component.name(),
                cell(&entry.name),
                shown(&entry.values)
            );
        }
    }
    out.push('\n');
}

fn changes(out: &mut String, scene: &Scene<'_>) {
    out.push_str("## What changes\n\n| program | flag | now | then | may break |\n|---|---|---|---|---|\n");
    let mut any = false;
    for entry in scene.entries {
        if let Fate::Changes(then) = &entry.fate {
            any = true;
            let _ = writeln!(
                out,
                "| {} | `--{}` | {} | `{}` | {} |",
                entry.component.name(),
                cell(&entry.name),
                shown(&entry.values),
                cell(then),
                breaks(&entry.name)
            );
        }
    }
    if !any {
        out.push_str("| - | - | - | - | - |\n");
    }
    out.push('\n');
}

/// Flags of the baseline that nothing sets today.
fn new(out: &mut String, scene: &Scene<'_>) {
    out.push_str("## What is new\n\n| program | flag | then | why | may break |\n|---|---|---|---|---|\n");
    for component in [Component::ApiServer, Component::ControllerManager, Component::Scheduler, Component::Etcd] {
        let Some(program) = program(component) else { continue };
        let is_ours = |flag: &&Flag| {
            let starts = matches!(scene.form, Form::StaticPod | Form::Systemd | Form::Flags);
            flag.role == Role::Hardening
                || (flag.role == Role::Wiring && starts && scene.running.program(component).is_some())
        };
        for flag in scene.baseline.all_of(program).filter(is_ours) {
            if scene.entries.iter().any(|entry| entry.component == component && entry.name == flag.name) {
                continue;
            }
            let _ = writeln!(
                out,
                "| {} | `--{}` | `{}` | {} | {} |",
                component.name(),
                flag.name,
                cell(&flag.value),
                cell(&flag.comment()),
                breaks(&flag.name)
            );
        }
    }
    out.push('\n');
}

fn goes(out: &mut String, scene: &Scene<'_>) {
    let gone: Vec<&Entry> = scene.entries.iter().filter(|entry| matches!(entry.fate, Fate::Goes(_))).collect();
    if gone.is_empty() {
        return;
    }
    out.push_str("## What goes\n\n| program | flag | now | why |\n|---|---|---|---|\n");
    for entry in gone {
        if let Fate::Goes(why) = &entry.fate {
            let _ = writeln!(
                out,
                "| {} | `--{}` | {} | {why} |",
                entry.component.name(),
                cell(&entry.name),
                shown(&entry.values)
            );
        }
    }
    out.push('\n');
}

/// The fields that the kubelets get on top of what they have.
fn kubelets(out: &mut String, scene: &Scene<'_>) {
    let ours = &scene.baseline.kubelet;
    let wanted = [
        ("authentication.anonymous.enabled", "false".to_owned(), "whoever reads from kubelets without credentials"),
        ("authorization.mode", "Webhook".to_owned(), "whoever reads from kubelets without a right to"),
        ("readOnlyPort", "0".to_owned(), "monitoring that reads from port 10255"),
        ("serverTLSBootstrap", ours.asks.to_string(), "logs and exec until its certificate is approved"),
        ("podPidsLimit", ours.pod_pids.to_string(), "pods with more processes"),
        ("seccompDefault", "true".to_owned(), "pods that make unusual system calls"),
        ("tlsMinVersion", ours.tls.to_owned(), ""),
        ("tlsCipherSuites", ours.ciphers.join(","), ""),
        ("streamingConnectionIdleTimeout", "5m0s".to_owned(), "sessions that are idle for longer"),
        ("eventRecordQPS", "50".to_owned(), ""),
    ];
    let kubelet = scene.running.program(Component::Kubelet);
    out.push_str("## Kubelets\n\nThey keep their configuration, and get these fields on top of it.\n\n");
    out.push_str("| field | now | then | may break |\n|---|---|---|---|\n");
    for (field, then, breaks) in wanted {
        let now = kubelet.and_then(|started| started.view.value(field)).unwrap_or_default();
        if now == then || then.is_empty() || (field == "serverTLSBootstrap" && !ours.asks) {
            continue;
        }
        let now = if now.is_empty() { "-".to_owned() } else { code(now) };
        let _ = writeln!(out, "| `{field}` | {now} | `{then}` | {breaks} |");
    }
    if scene.plane.each(Component::Kubelet).next().is_none() {
        out.push_str("\nNo file here is of a kubelet: what it has now is not known.\n");
    }
    out.push('\n');
}

fn stays(out: &mut String, scene: &Scene<'_>) {
    out.push_str("## What stays\n\n| program | flag | value | where |\n|---|---|---|---|\n");
    for entry in scene.entries {
        let place = match &entry.fate {
            Fate::Same => "the baseline, or a key of the spec",
            Fate::Extra => "`extraArgs`",
            Fate::Installer(who) => who,
            Fate::Changes(_) | Fate::Goes(_) | Fate::ByHand(_) => continue,
        };
        let dashes =
            if entry.component == Component::Kubelet || entry.component == Component::KubeProxy { "" } else { "--" };
        let _ = writeln!(
            out,
            "| {} | `{dashes}{}` | {} | {place} |",
            entry.component.name(),
            cell(&entry.name),
            shown(&entry.values)
        );
    }
    out.push('\n');
}

fn stages(out: &mut String, scene: &Scene<'_>) {
    out.push_str(
        "## Stages\n\nEach on all control plane nodes before the next begins; the way back of a stage is the files of the one before.\n\n",
    );
    for (number, stage) in stage::all(scene.baseline).iter().enumerate() {
        let _ = writeln!(out, "{}. **{}**: {}", number + 1, stage.name(), stage.summary());
    }
}
