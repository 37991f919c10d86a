//! Pods that run a program of the control plane, as kubeadm writes them for the kubelet. Flags may be in `command` and in
//! `args`.

use crate::apiserver::catalogue::Component;
use crate::k8s::object::{Kind, Object};
use crate::k8s::pod::Pod;
use crate::yaml::Node;

use super::args;
use super::context::{Context, owner, release};
use super::form::Form;
use super::view::{Mount, ProgramView};

/// The program that a container runs, by the first word of its command.
fn program(container: Node<'_, '_>) -> Option<Component> {
    let command = container.get("command").or_else(|| container.get("args"))?;
    let first = command.items().next()?.as_str()?;
    Component::from_name(first.rsplit('/').next().unwrap_or(first))
}

/// Whether a pod is a part of the control plane that a kubelet starts from a file: such a pod has to share in the node.
pub fn is_static_pod(object: &Object<'_, '_>, pod: &Pod<'_, '_>) -> bool {
    let is_ours = |container: Node<'_, '_>| {
        program(container).is_some_and(|program| !matches!(program, Component::Kubelet | Component::KubeProxy))
    };
    let tier = object.metadata.and_then(|metadata| metadata.path(&["labels", "tier"])).and_then(Node::as_str);
    let mut containers = pod.containers.iter();
    object.kind == Kind::Pod
        && object.namespace() == Some("kube-system")
        && !pod.containers.is_empty()
        && match tier {
            // others may help it, as the health check of kops does
            Some("control-plane") => containers.any(|container| is_ours(container.node)),
            _ => containers.all(|container| is_ours(container.node)),
        }
}

/// The programs of a pod.
pub(super) fn programs(object: &Object<'_, '_>, context: &Context<'_>) -> Vec<ProgramView> {
    let containers = object.root.path(&["spec", "containers"]).into_iter().flat_map(Node::items);
    if !containers.into_iter().any(|container| program(container).is_some()) {
        return Vec::new();
    }
    let Some(pod) = Pod::of(object) else { return Vec::new() };
    let volumes: Vec<(&str, &str)> = pod
        .spec
        .get("volumes")
        .into_iter()
        .flat_map(Node::items)
        .filter_map(|volume| {
            let path = volume.path(&["hostPath", "path"]).and_then(Node::as_str).unwrap_or("");
            Some((volume.get("name")?.as_str()?, path))
        })
        .collect();
    let views = pod.containers.iter().filter_map(|container| {
        let program = program(container.node)?;
        let key = if container.node.get("command").is_some() { "command" } else { "args" };
        let path = format!("spec.containers[{}].{key}", container.name());
        let place = super::context::key_or_head(container.node, key);
        let mut view = context.view(program, Form::StaticPod, owner(object.root), place, &path);
        for list in ["command", "args"].into_iter().filter_map(|key| container.node.get(key)) {
            view.settings.extend(args::settings(&context.arguments(list), program, context.file, &path));
        }
        let lists = ["command", "args"].into_iter().filter_map(|key| container.node.get(key));
        let words = lists.flat_map(Node::items).filter_map(Node::text);
        // a shell, or a variable of the pod: what they add cannot be seen
        view.partial = words.into_iter().any(|word| word.contains("$("));
        let last = if container.node.get("args").is_some() { "args" } else { "command" };
        view.add = context.add_argument(container.node, &[last], "--");
        view.version = container.node.get("image").and_then(Node::as_str).and_then(release);
        let mounts = container.node.get("volumeMounts").into_iter().flat_map(Node::items);
        view.mounts = Some(mounts.filter_map(|mount| mount_of(mount, &volumes)).collect());
        let probes = ["livenessProbe", "startupProbe", "readinessProbe"];
        view.probe = probes.into_iter().find_map(|probe| {
            let probe = container.node.get(probe)?;
            let port = probe.get("httpGet")?.get("port").and_then(Node::as_int);
            // of another port, the container beside it is asked
            if port.is_some_and(|port| port != secure_port(&view)) {
                return None;
            }
            Some(context.span(super::context::key_or_head(probe, "httpGet")))
        });
        Some(view)
    });
    views.collect()
}

/// The port that a program serves.
fn secure_port(view: &ProgramView) -> i128 {
    let default = match view.program {
        Component::ControllerManager => 10257,
        Component::Scheduler => 10259,
        Component::Etcd => 2381,
        Component::Kubelet => 10250,
        Component::KubeProxy => 10256,
        Component::ApiServer => 6443,
    };
    view.get("secure-port").and_then(|setting| setting.value.parse().ok()).unwrap_or(default)
}

fn mount_of(mount: Node<'_, '_>, volumes: &[(&str, &str)]) -> Option<Mount> {
    let name = mount.get("name")?.as_str()?;
    let source = volumes.iter().find(|(known, _)| *known == name).map_or("", |(_, path)| *path);
    Some(Mount {
        source: source.to_owned(),
        target: mount.get("mountPath")?.as_str()?.to_owned(),
        read_only: mount.get("readOnly").and_then(Node::as_bool) == Some(true),
    })
}
