//! `etcd-shared-ca`

use super::tools::{on_setting, place};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "etcd-shared-ca",
    summary: "etcd trusts the CA of the cluster",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("2.7")],
    why: "etcd lets in whoever shows a certificate of `--trusted-ca-file`. If that is the CA of the cluster, it signs \
          nodes and users too, and each of them can read and write everything. etcd wants a CA of its own, as kubeadm \
          makes one.",
    prevents: "The certificate of a single node is not the key to all Secrets.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.6.5-0
      command:
        - etcd
        - --client-cert-auth=true
        - --trusted-ca-file=/etc/kubernetes/pki/ca.crt
---
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
        - --client-ca-file=/etc/kubernetes/pki/ca.crt
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.6.5-0
      command:
        - etcd
        - --client-cert-auth=true
        - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
---
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
        - --client-ca-file=/etc/kubernetes/pki/ca.crt
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::Etcd) {
        let Some(setting) = view.get("trusted-ca-file").filter(|setting| !setting.value.is_empty()) else { continue };
        let same =
            plane.api_servers(view).find(|server| server.value("client-ca-file") == Some(setting.value.as_str()));
        let Some(server) = same else { continue };
        let other = server.get("client-ca-file").map(|other| place(other, "signs users and nodes"));
        let message = "etcd lets in everybody whom the CA of the cluster signs";
        sink.report(on_setting(view, setting, "expected a CA of its own", message).related_all(other));
    }
}
