//! The files in which a control plane is set up, one file of code for each form: what programs they start with what
//! settings, and what the files say that flags name.

mod add;
mod args;
mod audit;
mod companion;
mod context;
mod encryption;
mod flag_list;
mod form;
mod kind;
mod kubeadm;
mod kubelet;
mod lines;
mod parts;
mod rancher;
mod static_pod;
mod systemd;
mod talos;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod view;

pub use audit::{AuditPolicy, Level};
pub use companion::{Companion, Content, Plugin};
pub use encryption::{Encryption, Group, Provider};
pub use form::Form;
pub use lines::comments;
pub use parts::{KubeadmConfig, Parts};
pub use static_pod::is_static_pod;
pub use systemd::{Variables, config_folder, environment_files, unit_of_drop_in};
pub use text::Word;
pub use value::{by_type, is_suite, refusal};
pub use view::{List, Mount, Owner, ProgramView, Setting, Written};

use std::sync::Arc;

use crate::k8s::object::{Kind, Object};
use crate::yaml::{Comment, Document, FileId, Node, Span};
use context::Context;

/// What a Kubernetes object says; cheap for what has nothing to do with a control plane.
pub fn of_object(object: &Object<'_, '_>, text: &str, file: FileId, name: &Arc<str>) -> Parts {
    let context = || Context { text, shift: 0, file, name: Arc::clone(name) };
    let mut parts = Parts::default();
    if object.kind != Kind::Other {
        if object.kind == Kind::Pod {
            parts.programs = static_pod::programs(object, &context());
        }
        return parts;
    }
    let (group, version) = object.api_version.split_once('/').unwrap_or(("", object.api_version));
    match group {
        "kubeadm.k8s.io" => {
            parts.programs = kubeadm::programs(object.root, &context(), Form::Kubeadm);
            parts.kubeadm.extend(kubeadm_config(object.root, &context(), false));
        }
        "kubelet.config.k8s.io" | "kubeproxy.config.k8s.io" => {
            parts.programs.extend(kubelet::configuration(object.root, &context(), Form::Config));
        }
        "kind.x-k8s.io" if object.kind_name == "Cluster" => {
            parts = kind::parts(object.root, &context());
            parts.kubeadm = kind_patches(object.root, &context());
        }
        "apiserver.config.k8s.io"
        | "apiserver.k8s.io"
        | "audit.k8s.io"
        | "kubescheduler.config.k8s.io"
        | "pod-security.admission.config.k8s.io"
        | "eventratelimit.admission.k8s.io" => {
            parts.companions.extend(companion::of_document(object.root, &context()));
        }
        "" if version == "v1alpha1" && talos::is_talos(object.root) => parts = talos::parts(object.root, &context()),
        _ => {}
    }
    parts
}

/// What a document without kind says: a configuration of K3s, RKE2 or Talos.
pub fn of_document(document: &Document<'_>, text: &str, file: FileId, name: &Arc<str>) -> Parts {
    let mut parts = Parts::default();
    let Some(root) = document.root() else { return parts };
    let context = || Context { text, shift: 0, file, name: Arc::clone(name) };
    if let Some(form) = rancher::form(root, name) {
        parts.programs = rancher::programs(root, &context(), form);
    } else if talos::is_talos(root) && root.get("apiVersion").is_none() {
        parts = talos::parts(root, &context());
    }
    parts
}

/// Whether a file is one of lines, by its name, or, where the name does not say, by its text.
pub fn is_lines(name: &str, text: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    if [".yaml", ".yml", ".json"].iter().any(|ending| base.ends_with(ending)) {
        return false;
    }
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    // a drop-in of a kubelet ends in `.conf`, and is YAML
    if base.strip_suffix(".conf").is_some()
        && (first == "---" || ["apiVersion:", "kind:"].iter().any(|key| first.starts_with(key)))
    {
        return false;
    }
    if [".service", ".flags", ".env", ".conf"].iter().any(|ending| base.ends_with(ending)) {
        return true;
    }
    let is_assignment = |line: &str| {
        line.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        })
    };
    let is_flag = first.starts_with("--") && !first.starts_with("---");
    is_flag || first.starts_with("[Unit]") || first.starts_with("[Service]") || is_assignment(first)
}

/// What a file of lines says.
pub fn of_lines(text: &str, file: FileId, name: &Arc<str>) -> Parts {
    let mut parts = Parts::default();
    let has_section = text.lines().any(|line| matches!(line.trim(), "[Service]" | "[Unit]"));
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    if has_section {
        parts.programs.extend(systemd::program(text, file, name));
        parts.variables.extend(systemd::of_unit(text, file, name));
    } else if first.starts_with("--") || name.ends_with(".flags") {
        parts.programs.extend(flag_list::program(text, file, name));
    } else {
        let variables = systemd::variables(text, file, name);
        parts.variables.push(variables);
    }
    parts
}

fn kubeadm_config(root: Node<'_, '_>, context: &Context<'_>, patch: bool) -> Option<KubeadmConfig> {
    let kind = root.get("kind")?.as_str()?;
    if !matches!(kind, "ClusterConfiguration" | "InitConfiguration" | "JoinConfiguration") {
        return None;
    }
    let extra = ["apiServer", "controllerManager", "scheduler"].into_iter().find_map(|part| {
        let part = root.get(part)?;
        let extra = part.get("extraArgs")?;
        Some((extra.kind() == crate::yaml::Kind::Sequence, context.span(context::key_or_head(part, "extraArgs"))))
    });
    Some(KubeadmConfig {
        file: context.file,
        owner: Arc::new(context::owner(root)),
        api: text::word(root.get("apiVersion"), context),
        list: extra,
        version: kubeadm::version(root),
        patch,
    })
}

fn kind_patches(root: Node<'_, '_>, context: &Context<'_>) -> Vec<KubeadmConfig> {
    let nodes = root.get("nodes").into_iter().flat_map(Node::items);
    let version = nodes.filter_map(|node| node.get("image")?.as_str()).find_map(context::release);
    let owner = Arc::new(context::owner(root));
    let mut configs = Vec::new();
    for patch in kind::patches(root, context.text) {
        let inner = Context { shift: context.shift + patch.shift(), text: patch.text(), ..context.clone() };
        let stream = patch.stream();
        for root in stream.documents.iter().filter_map(Document::root) {
            configs.extend(kubeadm_config(root, &inner, true).map(|config| KubeadmConfig {
                version: config.version.or(version),
                owner: Arc::clone(&owner),
                ..config
            }));
        }
    }
    configs
}

/// The comments inside of the patches of a cluster of kind, each with the lines that it may be about.
pub fn embedded_comments(document: &Document<'_>, text: &str) -> Vec<(Comment, Span)> {
    let root = document.root().filter(|root| {
        root.get("apiVersion").and_then(Node::as_str).is_some_and(|api| api.starts_with("kind.x-k8s.io/"))
    });
    let patches = root.map(|root| kind::patches(root, text)).unwrap_or_default();
    let mut found = Vec::new();
    for patch in &patches {
        let shift = patch.shift();
        let end = shift.saturating_add(u32::try_from(patch.text().len()).unwrap_or(u32::MAX));
        found.extend(patch.stream().comments.iter().map(|comment| {
            let span = Span { start: comment.span.start + shift, end: comment.span.end + shift };
            (Comment { span, ..*comment }, Span { start: shift, end })
        }));
    }
    found
}
