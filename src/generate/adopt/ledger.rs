//! What becomes of each flag that runs: nothing is left out.

use super::running::{Flag, Running, Started, program};
use crate::apiserver::catalogue::{Component, Lookup, catalogue};
use crate::generate::baseline::{Baseline, Role};
use crate::spec::api_server::Form;
use crate::spec::validate::{is_weak, key_of};

/// What becomes of a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It stays as it is: the baseline, or a key of the spec, says the same.
    Same,
    /// It stays: the spec has it among `extraArgs`.
    Extra,
    /// It stays: whoever made the rest of the file sets it, for each node or from what the spec says.
    Installer(&'static str),
    /// It has another value then.
    Changes(String),
    /// It goes, and why.
    Goes(String),
    /// Somebody has to decide, and why.
    ByHand(&'static str),
}

/// A flag that runs, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The program.
    pub component: Component,
    /// Without dashes; for a kubelet the field.
    pub name: String,
    /// Its values, one for each mention.
    pub values: Vec<String>,
    pub fate: Fate,
}

/// What kubeadm decides for each node, or from the rest of its configuration (`cmd/kubeadm/app/phases/controlplane/manifests.go`,
/// `cmd/kubeadm/app/phases/etcd/local.go`).
const OF_KUBEADM: [(Component, &str); 28] = [
    (Component::ApiServer, "advertise-address"),
    (Component::ApiServer, "allow-privileged"),
    (Component::ApiServer, "enable-bootstrap-token-auth"),
    (Component::ApiServer, "etcd-servers"),
    (Component::ApiServer, "runtime-config"),
    (Component::ApiServer, "secure-port"),
    (Component::ApiServer, "service-cluster-ip-range"),
    (Component::ControllerManager, "allocate-node-cidrs"),
    (Component::ControllerManager, "authentication-kubeconfig"),
    (Component::ControllerManager, "authorization-kubeconfig"),
    (Component::ControllerManager, "cluster-cidr"),
    (Component::ControllerManager, "cluster-name"),
    (Component::ControllerManager, "controllers"),
    (Component::ControllerManager, "enable-hostpath-provisioner"),
    (Component::ControllerManager, "service-cluster-ip-range"),
    (Component::Etcd, "advertise-client-urls"),
    (Component::Etcd, "experimental-initial-corrupt-check"),
    (Component::Etcd, "experimental-watch-progress-notify-interval"),
    (Component::Etcd, "feature-gates"),
    (Component::Etcd, "initial-advertise-peer-urls"),
    (Component::Etcd, "initial-cluster"),
    (Component::Etcd, "initial-cluster-state"),
    (Component::Etcd, "listen-client-urls"),
    (Component::Etcd, "listen-metrics-urls"),
    (Component::Etcd, "listen-peer-urls"),
    (Component::Etcd, "name"),
    (Component::Etcd, "snapshot-count"),
    (Component::Etcd, "watch-progress-notify-interval"),
];

pub(super) fn entries(running: &Running<'_>, form: Form, baseline: &Baseline) -> Vec<Entry> {
    let of_program = |started: &Started<'_>| -> Vec<Entry> {
        let component = started.component;
        let entry = |flag: &Flag| Entry {
            component,
            name: flag.name.clone(),
            values: flag.values.clone(),
            fate: fate(component, flag, form, baseline),
        };
        started.flags.iter().map(entry).collect()
    };
    running.programs.iter().flat_map(of_program).collect()
}

fn fate(component: Component, flag: &Flag, form: Form, baseline: &Baseline) -> Fate {
    let Some(program) = program(component) else { return Fate::Installer("its own configuration, which stays") };
    let ours: Vec<_> = baseline.all_of(program).filter(|other| other.name == flag.name).collect();
    let keeps_files = matches!(form, Form::K3s | Form::Rke2 | Form::Talos);
    let role = ours.first().map(|flag| flag.role);
    let values: Vec<&str> = ours.iter().map(|flag| flag.value.as_str()).collect();
    if role.is_some_and(|role| role != Role::Wiring || !keeps_files) && is_same(&flag.values, &values) {
        return Fate::Same;
    }
    let known = catalogue().flag_shapes(component, &flag.name).last();
    if keeps_files && known.is_some_and(|known| known.ty.is_list()) {
        return Fate::Installer("the configuration of the distribution, which stays: lists add up");
    }
    match role {
        Some(Role::Hardening) => return Fate::Changes(values.join(" ")),
        Some(Role::Site) if key_of(component, &flag.name).is_some() => return Fate::Changes(values.join(" ")),
        _ if keeps_files => return Fate::Installer("the configuration of the distribution, which stays"),
        _ => {}
    }
    if component == Component::Etcd && form != Form::Kubeadm {
        return Fate::Installer("etcd's own unit or manifest, which stays");
    }
    if form == Form::Kubeadm && OF_KUBEADM.contains(&(component, flag.name.as_str())) {
        return Fate::Installer("kubeadm, from the rest of its configuration");
    }
    if flag.values.iter().any(|value| is_weak(component, &flag.name, value)) {
        if !values.is_empty() {
            return Fate::Changes(values.join(" "));
        }
        return Fate::Goes(
            "it undoes a hardening; with an exception `weaker-flag` it can stay in `extraArgs`".to_owned(),
        );
    }
    match catalogue().flag(component, &flag.name, baseline.version()) {
        Lookup::Removed { since, .. } => return Fate::Goes(format!("there is no such flag since 1.{since}")),
        Lookup::Unknown { .. } if component.is_whole() => {
            return Fate::Goes("no release is known to have it".to_owned());
        }
        _ => {}
    }
    if key_of(component, &flag.name).is_some() {
        return without_key(&flag.name);
    }
    Fate::Extra
}

/// Flags with a key that could not take the value, or whose place another flag of the baseline takes.
fn without_key(name: &str) -> Fate {
    match name {
        "anonymous-auth" => {
            Fate::Goes("`--authentication-config` says it, and both together stop the server".to_owned())
        }
        "authorization-mode" => Fate::Goes("`--authorization-config` says it".to_owned()),
        "disable-admission-plugins" => Fate::Goes("what it turns off is on again, but with exceptions".to_owned()),
        name if name.starts_with("authorization-webhook-") => {
            Fate::Goes("`--authorization-config` has the webhook".to_owned())
        }
        name if name.starts_with("oidc-") => {
            Fate::Goes("`--authentication-config` has the issuer, and both together stop the server".to_owned())
        }
        _ => Fate::ByHand("the spec has a key for it that does not take this value"),
    }
}

/// Whether two lists of values are the same to a program: mentions of lists add up.
fn is_same(running: &[String], ours: &[&str]) -> bool {
    let items = |values: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        let mut items: Vec<String> = values.flat_map(|value| value.split(',')).map(str::to_owned).collect();
        items.sort();
        items
    };
    // `False` is `false`
    let is_word = |one: &str, other: &str| matches!(other, "true" | "false") && one.eq_ignore_ascii_case(other);
    let mut pairs = running.iter().zip(ours);
    let is_exact = running.len() == ours.len() && pairs.all(|(one, other)| one == other || is_word(one, other));
    is_exact || (!ours.is_empty() && items(&mut running.iter().map(String::as_str)) == items(&mut ours.iter().copied()))
}
