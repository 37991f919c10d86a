//! `runtime-socket`

use std::collections::HashMap;

use super::volumes::{host_paths, mounts, name};
use crate::diagnostic::Diagnostic;
use crate::k8s::host_path::same;
use crate::k8s::pod::head;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, pss};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::Span;

pub(super) static RULE: Rule = Rule {
    id: "runtime-socket",
    summary: "a pod gets the socket of the container runtime",
    severity: Severity::Critical,
    category: Category::Security,
    on: true,
    controls: &[pss("baseline: HostPath Volumes"), cis("5.2.11")],
    why: "Who speaks to the socket of Docker, containerd, CRI-O or Podman starts containers on the node past the API server: \
          privileged ones, with the node's disk in them. A read-only mount changes nothing, as a socket is not a file to be \
          written. To build images, use a builder that needs no daemon.",
    prevents: "One request to the socket makes whoever is in the container root on the node, and lets them read the Secrets of \
               every pod there.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: docker
          mountPath: /var/run/docker.sock
  volumes:
    - name: docker
      hostPath:
        path: /var/run/docker.sock
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
",
    fix: None,
    check: RuleKind::Pod(check),
};

/// How the sockets are called, wherever they lie.
const SOCKETS: [&str; 9] = [
    "docker.sock",
    "containerd.sock",
    "containerd.sock.ttrpc",
    "crio.sock",
    "cri-dockerd.sock",
    "podman.sock",
    "buildkitd.sock",
    "docker_engine",
    "containerd-containerd",
];

/// Folders that runtimes keep for their sockets alone.
const FOLDERS: [&str; 8] = [
    "/run/containerd",
    "/var/run/containerd",
    "/run/crio",
    "/var/run/crio",
    "/run/podman",
    "/var/run/podman",
    "/run/k3s/containerd",
    "/var/run/k3s/containerd",
];

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    let mut by_volume: Option<HashMap<&str, Vec<(&str, Span)>>> = None;
    for volume in host_paths(context.pod) {
        // `\\.\pipe\docker_engine` on Windows
        let last = volume.path.rsplit(['/', '\\']).find(|part| !matches!(*part, "" | "."));
        let is_socket = last.is_some_and(|last| SOCKETS.contains(&last));
        if !is_socket && !FOLDERS.iter().any(|folder| same(folder, volume.path)) {
            continue;
        }
        let message = format!("the volume `{}` brings the socket of the container runtime into the pod", volume.name);
        let mut report =
            Diagnostic::new(volume.field.span(), message).label("root on the node for whoever can reach it");
        let by_volume = by_volume.get_or_insert_with(|| {
            let mut found: HashMap<&str, Vec<(&str, Span)>> = HashMap::new();
            for (container, mount) in mounts(context.pod) {
                found.entry(name(mount)).or_default().push((container.name(), head(mount)));
            }
            found
        });
        // a second volume of the name is no mounted one
        for (container, span) in by_volume.remove(volume.name).into_iter().flatten() {
            report = report.related(span, format!("mounted in container `{container}`"));
        }
        sink.report(report);
    }
}
