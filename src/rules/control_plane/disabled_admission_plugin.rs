//! `disabled-admission-plugin`

use super::tools::on_item;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "disabled-admission-plugin",
    summary: "an API server leaves out a plugin that others rely on",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[cis("1.2.12"), cis("1.2.13"), stig("V-242436")],
    why: "`--disable-admission-plugins` switches off what is on by default. Without `ServiceAccount` pods get no \
          identity of their own, without `NamespaceLifecycle` objects are created in namespaces that are being \
          deleted, without the webhooks and policies nothing that was installed for safety is called, and without \
          `PodSecurity` the labels of namespaces mean nothing.",
    prevents: "Controls that are installed and believed to work do work.",
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
        - --disable-admission-plugins=PodSecurity,ServiceAccount
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
        - --disable-admission-plugins=DefaultStorageClass
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

const NEEDED: [(&str, &str); 7] = [
    ("ServiceAccount", "pods get no identity of their own"),
    ("NamespaceLifecycle", "objects are made in namespaces that are being deleted"),
    ("PodSecurity", "the Pod Security labels of namespaces mean nothing"),
    ("NodeRestriction", "a kubelet may change other nodes"),
    ("ValidatingAdmissionWebhook", "validating webhooks are not called"),
    ("MutatingAdmissionWebhook", "mutating webhooks are not called"),
    ("ValidatingAdmissionPolicy", "policies in the cluster are not evaluated"),
];

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        for setting in view.settings.iter().filter(|setting| setting.name == "disable-admission-plugins") {
            for (item, span) in setting.items() {
                let Some((_, consequence)) = NEEDED.iter().find(|(name, _)| *name == item) else { continue };
                let message = format!("the admission plugin `{item}` is switched off, so {consequence}");
                sink.report(on_item(view, setting, span, "expected it to be on", message));
            }
        }
    }
}
