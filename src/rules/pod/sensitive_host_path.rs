//! `sensitive-host-path`

use super::volumes::{host_paths, is_below, same};
use crate::diagnostic::Diagnostic;
use crate::k8s::pod_security::Level;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::{PodContext, Sink};

pub(super) static RULE: Rule = Rule {
    id: "sensitive-host-path",
    summary: "a pod gets a folder of the node that decides about the node",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("5.2.11")],
    why: "At the levels baseline and restricted no `hostPath` is allowed at all, and their rule reports it. At the level \
          privileged this rule points at the paths from which a node is taken over: its configuration, its keys, its devices, \
          its programs, the state of kubelet, etcd and container runtime, and what holds all of them.",
    prevents: "A pod that may read `/etc/kubernetes` or `/var/lib/kubelet` has the credentials of the node; one that may write \
               to `/etc`, `/root` or `/var/spool/cron` has a shell on it.",
    bad: "\
# flags: --level privileged
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: node
          mountPath: /node
          readOnly: true
  volumes:
    - name: node
      hostPath:
        path: /
",
    good: "\
# flags: --level privileged
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      volumeMounts:
        - name: cache
          mountPath: /cache
  volumes:
    - name: cache
      hostPath:
        path: /var/cache/app
",
    fix: None,
    check: RuleKind::Pod(check),
};

/// Folders that are sensitive with all that is in them, and what they hold.
const TREES: [(&str, &str); 18] = [
    ("/etc", "the configuration and the keys of the node"),
    ("/root", "the home of root"),
    ("/home", "the homes of people, with their keys"),
    ("/boot", "the kernel of the node"),
    ("/dev", "the devices of the node"),
    ("/proc", "the processes and the settings of the kernel"),
    ("/sys", "the settings of the kernel"),
    ("/usr", "the programs of the node"),
    ("/bin", "the programs of the node"),
    ("/sbin", "the programs of the node"),
    ("/lib", "the libraries and modules of the node"),
    ("/lib64", "the libraries of the node"),
    ("/var/lib/kubelet", "the credentials of the node and the Secrets of its pods"),
    ("/var/lib/etcd", "the whole state of the cluster"),
    ("/var/lib/docker", "the file systems of all containers"),
    ("/var/lib/containerd", "the file systems of all containers"),
    ("/var/lib/containers", "the file systems of all containers"),
    ("/var/spool/cron", "what the node runs by the clock"),
];

/// Folders that are sensitive as a whole, whereas folders in them need not be.
const FOLDERS: [(&str, &str); 6] = [
    ("/", "everything on the node"),
    ("/var", "the state of kubelet and container runtime"),
    ("/var/lib", "the state of kubelet and container runtime"),
    ("/var/log", "logs, through whose links the kubelet reads any file"),
    ("/run", "the sockets of the node, that of the container runtime among them"),
    ("/var/run", "the sockets of the node, that of the container runtime among them"),
];

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    if context.policy.level != Level::Privileged {
        return;
    }
    for volume in host_paths(context.pod) {
        let tree = TREES.iter().find(|(folder, _)| is_below(volume.path, folder));
        let Some((_, what)) = tree.or_else(|| FOLDERS.iter().find(|(folder, _)| same(volume.path, folder))) else {
            continue;
        };
        let message = format!("the volume `{}` brings `{}` of the node into the pod", volume.name, volume.path);
        sink.report(Diagnostic::new(volume.field.span(), message).label(format!("holds {what}")));
    }
}
