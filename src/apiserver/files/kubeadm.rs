//! Configurations of kubeadm: `ClusterConfiguration`, and what `InitConfiguration` and `JoinConfiguration` say of the kubelet.

use crate::apiserver::catalogue::Component;
use crate::k8s::version::Version;
use crate::yaml::{Kind, Node};

use super::context::{Context, key_or_head, owner, release};
use super::form::Form;
use super::view::{Mount, ProgramView};

/// What kubeadm mounts into the API server by itself.
pub(super) const MOUNTED: [&str; 5] = [
    "/etc/kubernetes/pki",
    "/etc/ssl/certs",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
];

/// The programs of a document. `form` is kind where the document is a patch.
pub(super) fn programs(root: Node<'_, '_>, context: &Context<'_>, form: Form) -> Vec<ProgramView> {
    match root.get("kind").and_then(Node::as_str) {
        Some("ClusterConfiguration") => cluster(root, context, form),
        Some("InitConfiguration" | "JoinConfiguration") => kubelet(root, context, form).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The release of a cluster.
pub(super) fn version(root: Node<'_, '_>) -> Option<Version> {
    release(root.get("kubernetesVersion")?.text()?)
}

fn cluster(root: Node<'_, '_>, context: &Context<'_>, form: Form) -> Vec<ProgramView> {
    let version = version(root);
    let parts: [(Component, &[&str]); 4] = [
        (Component::ApiServer, &["apiServer"]),
        (Component::ControllerManager, &["controllerManager"]),
        (Component::Scheduler, &["scheduler"]),
        (Component::Etcd, &["etcd", "local"]),
    ];
    let is_external = root.path(&["etcd", "external"]).is_some();
    let present = parts.into_iter().filter(|(program, _)| *program != Component::Etcd || !is_external);
    let views = present.map(|(program, keys)| {
        let part = root.path(keys).filter(|part| part.kind() == Kind::Mapping);
        let (outer, first) = (root, keys.first().copied().unwrap_or_default());
        let path = format!("{}.extraArgs", keys.join("."));
        let place = part.map_or_else(|| key_or_head(outer, first), |part| key_or_head(part, "extraArgs"));
        let mut view = context.view(program, form, owner(root), place, &path);
        view.version = version;
        let extra = part.and_then(|part| part.get("extraArgs"));
        if let Some(extra) = extra {
            view.settings = context.extra_args(extra, program, &path);
        }
        if let Some(part) = part
            && program == Component::Etcd
            && let Some(folder) = part.get("dataDir")
            && let Some(key) = crate::k8s::pod::Field::of(part, "dataDir")
        {
            let path = "etcd.local.dataDir".to_owned();
            view.settings.extend(context.pair(part, key.key, folder, "data-dir".to_owned(), path));
        }
        let keys: Vec<&str> = keys.iter().copied().chain(["extraArgs"]).collect();
        // patches of kind take a mapping for every version
        let by_version = || {
            let api = root.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
            form == Form::Kubeadm && !api.ends_with("/v1beta3")
        };
        let is_list = extra.map_or_else(by_version, |extra| extra.kind() == Kind::Sequence);
        view.add = if is_list { context.add_pair(root, &keys) } else { context.add_key(root, &keys) };
        view.mounts = (program == Component::ApiServer).then(|| mounts(part, root));
        view
    });
    views.collect()
}

fn mounts(part: Option<Node<'_, '_>>, root: Node<'_, '_>) -> Vec<Mount> {
    let text = |node: Node<'_, '_>, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let own = part.and_then(|part| part.get("extraVolumes")).into_iter().flat_map(Node::items).filter_map(|volume| {
        Some(Mount {
            source: text(volume, "hostPath")?,
            target: text(volume, "mountPath")?,
            read_only: volume.get("readOnly").and_then(Node::as_bool) == Some(true),
        })
    });
    let implied =
        MOUNTED.into_iter().map(|path| Mount { source: path.to_owned(), target: path.to_owned(), read_only: true });
    let certificates = root.get("certificatesDir").and_then(Node::as_str);
    let certificates =
        certificates.map(|path| Mount { source: path.to_owned(), target: path.to_owned(), read_only: true });
    own.chain(implied).chain(certificates).collect()
}

fn kubelet(root: Node<'_, '_>, context: &Context<'_>, form: Form) -> Option<ProgramView> {
    let registration = root.get("nodeRegistration")?;
    let extra = registration.get("kubeletExtraArgs")?;
    let path = "nodeRegistration.kubeletExtraArgs";
    let place = key_or_head(registration, "kubeletExtraArgs");
    let mut view = context.view(Component::Kubelet, form, owner(root), place, path);
    view.settings = context.extra_args(extra, Component::Kubelet, path);
    // the rest is in its configuration file
    view.partial = true;
    Some(view)
}
