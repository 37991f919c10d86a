//! Clusters of kind: patches for kubeadm as YAML inside of YAML, and folders that are mounted into the nodes.

use crate::apiserver::catalogue::Component;
use crate::k8s::version::Version;
use crate::yaml::{self, Node, Stream, Style};

use super::context::{Context, owner, release};
use super::form::Form;
use super::view::{Mount, Owner, ProgramView};
use super::{Parts, kubeadm, kubelet};

/// A text inside of a text.
pub(super) struct Embedded<'t> {
    text: &'t str,
    start: u32,
}

impl<'t> Embedded<'t> {
    pub(super) fn stream(&self) -> Stream<'t> {
        yaml::parse(self.text)
    }

    pub(super) fn shift(&self) -> u32 {
        self.start
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }
}

/// The texts of a cluster's patches, cut out of the file as they stand there: their indentation does no harm.
pub(super) fn patches<'t>(root: Node<'_, '_>, text: &'t str) -> Vec<Embedded<'t>> {
    let lists = root.get("kubeadmConfigPatches").into_iter();
    let nodes = root.get("nodes").into_iter().flat_map(Node::items);
    let lists = lists.chain(nodes.filter_map(|node| node.get("kubeadmConfigPatches")));
    lists.flat_map(Node::items).filter_map(|patch| embedded(patch, text)).collect()
}

/// A literal block; quoted patches are not read, as their bytes are not those of the text.
fn embedded<'t>(patch: Node<'_, '_>, text: &'t str) -> Option<Embedded<'t>> {
    let span = patch.span();
    let whole = text.get(span.range()).filter(|_| patch.style() == Some(Style::Block) && !patch.is_alias())?;
    let line = whole.find('\n')? + 1;
    let header = whole.get(..line)?;
    if !header.trim_start().starts_with('|') {
        return None;
    }
    let start = span.start.checked_add(u32::try_from(line).ok()?)?;
    Some(Embedded { text: whole.get(line..)?, start })
}

/// What a cluster starts.
pub(super) fn parts(root: Node<'_, '_>, context: &Context<'_>) -> Parts {
    let nodes = root.get("nodes").into_iter().flat_map(Node::items);
    let is_control = |node: &Node<'_, '_>| node.get("role").and_then(Node::as_str) != Some("worker");
    let control: Vec<Node<'_, '_>> = nodes.filter(is_control).collect();
    let version: Option<Version> = control.iter().find_map(|node| release(node.get("image").and_then(Node::as_str)?));
    let mounts: Vec<Mount> =
        control.iter().filter_map(|node| node.get("extraMounts")).flat_map(Node::items).filter_map(mount).collect();
    let mut parts = Parts::default();
    for patch in patches(root, context.text) {
        let inner = Context { text: patch.text, shift: context.shift + patch.start, ..context.clone() };
        let stream = patch.stream();
        for root in stream.documents.iter().filter_map(yaml::Document::root) {
            for mut view in kubeadm::programs(root, &inner, Form::Kind) {
                merge(&mut parts.programs, {
                    view.version = view.version.or(version);
                    view.node_mounts = Some(mounts.clone());
                    view
                });
            }
            if let Some(mut view) = kubelet::configuration(root, &inner, Form::Kind) {
                view.version = version;
                parts.programs.push(view);
            }
        }
    }
    // kind starts them with or without a patch
    let head = crate::k8s::pod::head(root);
    for program in
        [Component::ApiServer, Component::ControllerManager, Component::Scheduler, Component::Etcd, Component::Kubelet]
    {
        if !parts.programs.iter().any(|view| view.program == program && !view.partial) {
            let mut view = context.view(program, Form::Kind, Owner::default(), head, "kubeadmConfigPatches");
            view.version = version;
            view.node_mounts = Some(mounts.clone());
            view.mounts = (program == Component::ApiServer).then(Vec::new);
            parts.programs.push(view);
        }
    }
    let owner = std::sync::Arc::new(owner(root));
    for view in &mut parts.programs {
        view.owner = std::sync::Arc::clone(&owner);
    }
    parts
}

/// kind merges patches: settings of a later one come on top; its lists of volumes replace those of an earlier one.
fn merge(programs: &mut Vec<ProgramView>, view: ProgramView) {
    match programs.iter_mut().find(|old| old.program == view.program && !old.partial && !view.partial) {
        Some(old) => {
            let ProgramView { settings, mounts, version, add, place, path, .. } = view;
            if !settings.is_empty() {
                (old.place, old.path, old.add) = (place, path, add);
            }
            old.settings.extend(settings);
            // kubeadm's own mounts are always there
            if mounts.as_ref().map(Vec::len) > old.mounts.as_ref().map(|_| kubeadm::MOUNTED.len()) {
                old.mounts = mounts;
            }
            old.version = old.version.or(version);
        }
        None => programs.push(view),
    }
}

fn mount(node: Node<'_, '_>) -> Option<Mount> {
    let text = |key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    Some(Mount {
        source: text("hostPath")?,
        target: text("containerPath")?,
        read_only: node.get("readOnly").and_then(Node::as_bool) == Some(true),
    })
}
