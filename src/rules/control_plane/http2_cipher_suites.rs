//! `http2-cipher-suites`

use super::tools::on_setting;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "http2-cipher-suites",
    summary: "a list of cipher suites with which HTTP/2 does not start",
    severity: Severity::High,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "HTTP/2 asks for a suite with ECDHE and AES_128_GCM under TLS 1.2. Go refuses to serve HTTP/2 with a list that \
          has neither of the two, and the program stops. With `VersionTLS13` as the least version the list means nothing.",
    prevents: "The control plane starts after the list was hardened.",
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
        - --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
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
        - --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.programs.iter().filter(|view| view.program != Component::Etcd) {
        let setting = view.get("tls-cipher-suites").or_else(|| view.get("tlsCipherSuites"));
        let Some(setting) = setting.filter(|setting| !setting.value.is_empty()) else { continue };
        let floor = view.value("tls-min-version").or_else(|| view.value("tlsMinVersion"));
        let list = view.list(&setting.name);
        let has = |key: &str| list.iter().any(|item| *item == format!("TLS_ECDHE_{key}_WITH_AES_128_GCM_SHA256"));
        if floor == Some("VersionTLS13") || has("RSA") || has("ECDSA") {
            continue;
        }
        let message = format!("{} does not start with these cipher suites, as HTTP/2 needs AES_128_GCM", view.title());
        let label = "expected `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` or its ECDSA twin";
        sink.report(on_setting(view, setting, label, message));
    }
}
