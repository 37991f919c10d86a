//! `kubelet-serving-certificate`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::diagnostic::Location;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-serving-certificate",
    summary: "an API server asks of kubelets what they cannot show",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[cis("1.2.5"), cis("4.2.9")],
    why: "With `--kubelet-certificate-authority` the API server takes kubelets with a certificate of that CA only. A \
          kubelet that signs its own, as by default, fails: `kubectl logs`, `exec` and `port-forward` end in x509 errors, \
          and metrics with them. `serverTLSBootstrap: true` makes the kubelet ask the cluster for one, which somebody has \
          to approve, as nothing in Kubernetes does.",
    prevents: "Logs and exec still work after the change.",
    bad: "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.2
apiServer:
  extraArgs:
    - name: kubelet-certificate-authority
      value: \"/etc/kubernetes/pki/ca.crt\"
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
rotateCertificates: true
",
    good: "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.2
apiServer:
  extraArgs:
    - name: kubelet-certificate-authority
      value: \"/etc/kubernetes/pki/ca.crt\"
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
serverTLSBootstrap: true
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        let Some(setting) = view.get("kubelet-certificate-authority").filter(|setting| !setting.value.is_empty())
        else {
            continue;
        };
        let kubelets: Vec<_> = plane.kubelets(view).collect();
        let whole = kubelets.iter().find(|kubelet| !kubelet.partial);
        // a part of its settings may be enough
        let asks =
            kubelets.iter().any(|kubelet| kubelet.is_on("serverTLSBootstrap", false) || kubelet.has("tlsCertFile"));
        // kubelets of kubeadm and kind are known, even if nothing is said about them
        let is_known = whole.is_some() || view.form.probes_by_http();
        if asks || !is_known {
            continue;
        }
        let message = "kube-apiserver takes kubelets with a signed certificate only, and these sign their own";
        let kubelet = whole.map(|kubelet| Location {
            file: kubelet.file,
            span: kubelet.place,
            label: "expected `serverTLSBootstrap: true`".into(),
        });
        let report = on_setting(view, setting, "logs, exec and port-forward fail", message).related_all(kubelet);
        sink.report(report.help(
            "set `serverTLSBootstrap: true` for the kubelets, and have their requests approved, before this flag",
        ));
    }
}
