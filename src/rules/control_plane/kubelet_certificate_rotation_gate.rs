//! `kubelet-certificate-rotation-gate`

use super::gates::gates;
use super::tools::on_item;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-certificate-rotation-gate",
    summary: "certificates of kubelets are not renewed",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("1.3.6"), cis("4.2.11")],
    why: "The feature gate `RotateKubeletServerCertificate` is on by default. Switched off, kubelets keep the serving \
          certificate that they started with until it expires.",
    prevents: "Nodes do not leave the cluster one by one when their certificates expire.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-controller-manager
  namespace: kube-system
spec:
  containers:
    - name: kube-controller-manager
      image: registry.k8s.io/kube-controller-manager:v1.36.2
      command:
        - kube-controller-manager
        - --feature-gates=RotateKubeletServerCertificate=false
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-controller-manager
  namespace: kube-system
spec:
  containers:
    - name: kube-controller-manager
      image: registry.k8s.io/kube-controller-manager:v1.36.2
      command:
        - kube-controller-manager
        - --profiling=false
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        for gate in gates(view) {
            if gate.name == "RotateKubeletServerCertificate" && gate.value == "false" {
                let message = format!("{} does not renew serving certificates of kubelets", view.title());
                sink.report(on_item(view, gate.setting, gate.span, "expected nothing", message));
            }
        }
    }
}
