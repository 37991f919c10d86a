//! `sensitive-host-path`

use super::volumes::host_paths;
use crate::diagnostic::Diagnostic;
use crate::k8s::host_path;
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

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    if context.policy.level != Level::Privileged {
        return;
    }
    for volume in host_paths(context.pod) {
        let Some(what) = host_path::holds(volume.path) else { continue };
        let message = format!("the volume `{}` brings `{}` of the node into the pod", volume.name, volume.path);
        sink.report(Diagnostic::new(volume.field.span(), message).label(format!("holds {what}")));
    }
}
