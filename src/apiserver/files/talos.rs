//! Machine configurations of Talos: the one document of up to 1.13, and a document for each part from 1.14 on.

use crate::apiserver::catalogue::Component;
use crate::k8s::pod::{Field, head};
use crate::yaml::{Kind, Node};

use super::Parts;
use super::companion;
use super::context::{Context, key_or_head, owner, release};
use super::form::Form;
use super::kubelet;
use super::view::Owner;

/// Whether a document is one of Talos.
pub(super) fn is_talos(root: Node<'_, '_>) -> bool {
    if root.kind() != Kind::Mapping {
        return false;
    }
    let text = |key: &str| root.get(key).and_then(Node::as_str);
    let is_old =
        text("version") == Some("v1alpha1") && (root.get("cluster").is_some() || root.get("machine").is_some());
    let kinds = ["KubeAPIServerConfig", "KubeControllerManagerConfig", "KubeSchedulerConfig", "KubeletConfig"];
    let files =
        ["KubeAuthenticationConfig", "KubeAuthorizerConfig", "KubeAdmissionControlConfig", "KubeAuditPolicyConfig"];
    let is_new = text("apiVersion") == Some("v1alpha1")
        && text("kind")
            .is_some_and(|kind| kinds.contains(&kind) || files.contains(&kind) || kind == "KubeEtcdEncryptionConfig");
    is_old || is_new
}

/// What a document says.
pub(super) fn parts(root: Node<'_, '_>, context: &Context<'_>) -> Parts {
    match root.get("kind").and_then(Node::as_str) {
        None => old(root, context),
        Some(kind) => new(root, kind, context),
    }
}

fn old(root: Node<'_, '_>, context: &Context<'_>) -> Parts {
    let mut parts = Parts::default();
    let owner = Owner { kind: "MachineConfig".to_owned(), name: "talos".to_owned(), ..Owner::default() };
    let programs: [(Component, &[&str]); 4] = [
        (Component::ApiServer, &["cluster", "apiServer"]),
        (Component::ControllerManager, &["cluster", "controllerManager"]),
        (Component::Scheduler, &["cluster", "scheduler"]),
        (Component::Etcd, &["cluster", "etcd"]),
    ];
    for (program, keys) in programs {
        let Some(part) = root.path(keys).filter(|part| part.kind() == Kind::Mapping) else { continue };
        let path = format!("{}.extraArgs", keys.join("."));
        let mut view = context.view(program, Form::Talos, owner.clone(), key_or_head(part, "extraArgs"), &path);
        if let Some(extra) = part.get("extraArgs") {
            view.settings = context.extra_args(extra, program, &path);
        }
        view.version = part.get("image").and_then(Node::as_str).and_then(release);
        let keys: Vec<&str> = keys.iter().copied().chain(["extraArgs"]).collect();
        view.add = context.add_key(root, &keys);
        if program == Component::ApiServer {
            for key in ["auditPolicy", "authenticationConfig", "authorizationConfig"] {
                let inner = part.get(key);
                parts.companions.extend(inner.and_then(|inner| companion::inside(key, inner, context, &owner)));
            }
            for plugin in part.get("admissionControl").into_iter().flat_map(Node::items) {
                parts.companions.extend(companion::plugin(plugin, context, &owner));
            }
        }
        parts.programs.push(view);
    }
    if let Some(part) = root.path(&["machine", "kubelet"]) {
        let mut view = context.view(Component::Kubelet, Form::Talos, owner, head(part), "machine.kubelet");
        if let Some(extra) = part.get("extraArgs") {
            view.settings = context.extra_args(extra, Component::Kubelet, "machine.kubelet.extraArgs");
        }
        if let Some(config) = part.get("extraConfig") {
            kubelet::fields(config, context, "", &mut view.settings);
        }
        parts.programs.push(view);
    }
    parts
}

fn new(root: Node<'_, '_>, kind: &str, context: &Context<'_>) -> Parts {
    let mut parts = Parts::default();
    let program = match kind {
        "KubeAPIServerConfig" => Component::ApiServer,
        "KubeControllerManagerConfig" => Component::ControllerManager,
        "KubeSchedulerConfig" => Component::Scheduler,
        "KubeletConfig" => Component::Kubelet,
        "KubeAdmissionControlConfig" => {
            parts.companions.extend(companion::plugin(root, context, &owner(root)));
            return parts;
        }
        _ => {
            let key = match kind {
                "KubeAuthenticationConfig" => "authenticationConfig",
                "KubeAuthorizerConfig" => "authorizationConfig",
                "KubeAuditPolicyConfig" => "auditPolicy",
                _ => "encryptionConfig",
            };
            let inner = root.get("configuration");
            parts.companions.extend(inner.and_then(|inner| companion::inside(key, inner, context, &owner(root))));
            return parts;
        }
    };
    let mut view = context.view(program, Form::Talos, owner(root), key_or_head(root, "extraArgs"), "extraArgs");
    if let Some(extra) = root.get("extraArgs") {
        view.settings = context.extra_args(extra, program, "extraArgs");
    }
    if let Some(config) = root.get("config").filter(|_| program == Component::Kubelet) {
        kubelet::fields(config, context, "", &mut view.settings);
    }
    if let Some(field) = Field::of(root, "defaultRuntimeSeccompProfileEnabled") {
        let name = "seccompDefault".to_owned();
        view.settings.extend(context.pair(
            root,
            field.key,
            field.value,
            name,
            "defaultRuntimeSeccompProfileEnabled".to_owned(),
        ));
    }
    view.version = root.get("image").and_then(Node::as_str).and_then(release);
    view.add = context.add_key(root, &["extraArgs"]).filter(|_| program != Component::Kubelet);
    parts.programs.push(view);
    parts
}
