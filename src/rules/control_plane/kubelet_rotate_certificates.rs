//! `kubelet-rotate-certificates`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "kubelet-rotate-certificates",
    summary: "a kubelet does not renew its certificate",
    severity: Severity::Medium,
    category: Category::Security,
    on: true,
    controls: &[cis("4.2.10")],
    why: "With `rotateCertificates: true` a kubelet asks for a new client certificate before the old one expires. With \
          false the node leaves the cluster on that day. kubeadm switches it on.",
    prevents: "Certificates can be short-lived, and nodes outlive them.",
    bad: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
rotateCertificates: false
",
    good: "\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
rotateCertificates: true
",
    fix: Some(Safety::Safe),
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::Kubelet) {
        let Some(setting) = view.get("rotateCertificates").filter(|setting| setting.as_bool() == Some(false)) else {
            continue;
        };
        let message = "the kubelet does not renew its certificate before it expires";
        let edit = setting.set("true").filter(|_| sink.settings.fixes);
        sink.report(on_setting(view, setting, "expected `true`", message).fix(Safety::Safe, "set it to `true`", edit));
    }
}
