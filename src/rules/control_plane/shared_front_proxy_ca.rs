//! `shared-front-proxy-ca`

use super::tools::{on_setting, place};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "shared-front-proxy-ca",
    summary: "one CA signs users and the front proxy",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[],
    why: "Whoever shows a certificate of `--requestheader-client-ca-file` may say in a header who the user is. If that is \
          the CA of `--client-ca-file` too, every user with a certificate can be anybody, unless `--requestheader-allowed- \
          names` holds it to the proxy's name. Since 1.35 the API server does not start when both are the same and no \
          names are given.",
    prevents: "No client certificate is worth as much as that of an administrator.",
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
        - --client-ca-file=/etc/kubernetes/pki/ca.crt
        - --requestheader-client-ca-file=/etc/kubernetes/pki/ca.crt
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
        - --client-ca-file=/etc/kubernetes/pki/ca.crt
        - --requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt
        - --requestheader-allowed-names=front-proxy-client
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

/// The first minor release that does not start so.
const REFUSED: u8 = 35;

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::ApiServer) {
        let Some(setting) = view.get("requestheader-client-ca-file").filter(|setting| !setting.value.is_empty()) else {
            continue;
        };
        if view.value("client-ca-file") != Some(setting.value.as_str()) {
            continue;
        }
        let (severity, message) = if view.has("requestheader-allowed-names") {
            (Severity::Medium, "the CA of the front proxy signs users too, so a user may be given the proxy's name")
        } else if plane.version(view).minor() >= REFUSED {
            (
                Severity::High,
                "one CA for users and the front proxy, and no allowed names: kube-apiserver does not start since 1.35",
            )
        } else {
            (Severity::High, "one CA for users and the front proxy, and no allowed names: every user can be anybody")
        };
        let other = view.get("client-ca-file").map(|other| place(other, "the same one"));
        let report = on_setting(view, setting, "expected a CA of its own", message).related_all(other);
        sink.report_as(severity, report);
    }
}
