//! `deny-service-external-ips`

use super::tools::{on_program, on_setting};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "deny-service-external-ips",
    summary: "an API server lets Services claim any IP address",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("1.2.3")],
    why: "A Service with `externalIPs` makes the nodes send traffic for these addresses to its pods. Whoever may create \
          Services can so take traffic that is meant for others (CVE-2020-8554). The plugin `DenyServiceExternalIPs` \
          refuses new ones; it is off by default.",
    prevents: "Nobody with rights in one namespace reads traffic of the whole cluster.",
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
        - --enable-admission-plugins=NodeRestriction
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
        - --enable-admission-plugins=NodeRestriction,DenyServiceExternalIPs
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        if view.partial || Plane::enables(view, "DenyServiceExternalIPs") {
            continue;
        }
        let message =
            "kube-apiserver lets every author of a Service take over any IP address (no DenyServiceExternalIPs)";
        let flag = "enable-admission-plugins";
        let report = match view.get(flag) {
            Some(setting) => on_setting(view, setting, "expected `DenyServiceExternalIPs` here", message),
            None => on_program(view, flag, "expected `DenyServiceExternalIPs` among its plugins", message),
        };
        sink.report(report);
    }
}
