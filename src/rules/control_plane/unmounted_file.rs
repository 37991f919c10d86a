//! `unmounted-file`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::apiserver::files::{Form, Mount, ProgramView};
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "unmounted-file",
    summary: "a flag names a file that the pod does not see",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The API server of kubeadm, kind and RKE2 is a pod, and sees of the node only what is mounted. A flag whose file \
          is not mounted stops it; an audit log outside of the mounts is gone with the pod, and one in a folder that is \
          mounted for reading stops it too. With kind the folder has to be mounted twice: into the node (`extraMounts`), \
          and from there into the pod (`extraVolumes`).",
    prevents: "The control plane starts, and its audit log outlives it.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --audit-policy-file=/etc/kubernetes/hardening/audit.yaml
        - --audit-log-path=/var/log/kubernetes/audit/audit.log
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --audit-policy-file=/etc/kubernetes/hardening/audit.yaml
        - --audit-log-path=/var/log/kubernetes/audit/audit.log
      volumeMounts:
        - name: conf
          mountPath: /etc/kubernetes/hardening
          readOnly: true
        - name: logs
          mountPath: /var/log/kubernetes/audit
  volumes:
    - name: conf
      hostPath:
        path: /etc/kubernetes/hardening
    - name: logs
      hostPath:
        path: /var/log/kubernetes/audit
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

/// Flags of the API server that name files which no form mounts by itself.
const READ: [&str; 9] = [
    "admission-control-config-file",
    "audit-policy-file",
    "audit-webhook-config-file",
    "authentication-config",
    "authentication-token-webhook-config-file",
    "authorization-config",
    "authorization-webhook-config-file",
    "encryption-provider-config",
    "tracing-config-file",
];
/// What the nodes of kind have in themselves, or make when it is mounted.
const ON_THE_NODE: [&str; 3] = ["/etc/kubernetes/pki", "/etc/ssl", "/usr"];

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    // RKE2 mounts every file that an argument names, and the folder of the log
    for view in plane.each(Component::ApiServer).filter(|view| view.form != Form::Rke2) {
        let Some(mounts) = &view.mounts else { continue };
        for setting in view.settings.iter().filter(|setting| setting.value.starts_with('/')) {
            let is_log = setting.name == "audit-log-path";
            if !is_log && !READ.contains(&setting.name.as_str()) {
                continue;
            }
            let mount = innermost(mounts, &setting.value);
            let name = &setting.name;
            let (message, label) = match mount {
                None if is_log => (
                    format!("`--{name}` is in no mounted folder, so the log is gone with the pod"),
                    "expected in a folder that is mounted",
                ),
                None => (
                    format!("`--{name}` names a file that the pod does not see, so kube-apiserver does not start"),
                    "expected in a folder that is mounted",
                ),
                Some(mount) if is_log && mount.read_only => (
                    format!("`--{name}` is in a folder that is mounted for reading, so kube-apiserver does not start"),
                    "expected in a folder that can be written to",
                ),
                Some(mount) if !is_log && !is_on_node(view, mount, &setting.value) => (
                    format!(
                        "`--{name}` names a file that the node of kind does not have, so kube-apiserver does not start"
                    ),
                    "expected in a folder of `extraMounts`",
                ),
                Some(_) => continue,
            };
            sink.report(on_setting(view, setting, label, message));
        }
    }
}

fn innermost<'m>(mounts: &'m [Mount], path: &str) -> Option<&'m Mount> {
    mounts.iter().filter(|mount| mount.holds(path)).max_by_key(|mount| mount.target.len())
}

/// Whether the machine itself has the file, which is a container too with kind.
fn is_on_node(view: &ProgramView, mount: &Mount, path: &str) -> bool {
    let Some(node_mounts) = &view.node_mounts else { return true };
    let Some(outside) = mount.outside(path) else { return true };
    ON_THE_NODE.iter().any(|known| outside.starts_with(known)) || innermost(node_mounts, &outside).is_some()
}
