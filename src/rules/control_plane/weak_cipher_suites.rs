//! `weak-cipher-suites`

use super::tools::on_item;
use crate::apiserver::files::is_suite;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity, cis, stig};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "weak-cipher-suites",
    summary: "a program takes weak cipher suites",
    severity: Severity::Medium,
    category: Category::Hardening,
    on: true,
    controls: &[cis("1.2.29"), cis("4.2.12"), stig("V-242418")],
    why: "CIS admits suites with ephemeral keys and authenticated encryption: ECDHE with AES-GCM or ChaCha20. Others have \
          no forward secrecy, or use CBC, RC4 or 3DES. Go knows which ones are safe, and takes those if nothing is listed; \
          TLS 1.3 has good ones only.",
    prevents: "Traffic that somebody recorded cannot be read when a key leaks years later.",
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
        - --tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_CBC_SHA
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
        - --tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

/// Whether CIS 1.2.29 admits a suite.
pub fn is_admitted(suite: &str) -> bool {
    ADMITTED.contains(&suite)
}

/// Of CIS 1.2.29.
const ADMITTED: [&str; 11] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in &plane.programs {
        for setting in &view.settings {
            if !matches!(setting.name.as_str(), "tls-cipher-suites" | "tlsCipherSuites" | "cipher-suites") {
                continue;
            }
            let weak: Vec<_> =
                setting.items().into_iter().filter(|(item, _)| is_suite(item) && !is_admitted(item)).collect();
            let Some((_, span)) = weak.first() else { continue };
            let names: Vec<&str> = weak.iter().map(|(name, _)| *name).collect();
            let message = format!("{} takes weak cipher suites: {}", view.title(), names.join(", "));
            sink.report(on_item(view, setting, *span, "expected ECDHE with AES-GCM or ChaCha20 only", message));
        }
    }
}
