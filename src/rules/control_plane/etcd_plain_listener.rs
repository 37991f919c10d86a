//! `etcd-plain-listener`

use super::tools::on_item;
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Severity};
use crate::rules::sink::Sink;

pub(super) static RULE: Rule = Rule {
    id: "etcd-plain-listener",
    summary: "etcd listens without TLS beyond the machine",
    severity: Severity::High,
    category: Category::Security,
    on: true,
    controls: &[],
    why: "Certificates count for addresses with `https://` only. On one with `http://` etcd serves everybody who reaches it, \
          and asks for no client certificate, whatever the other flags say. Who can write to etcd is the administrator of the \
          cluster. Metrics and health may be plain on the loopback address.",
    prevents: "Nobody in the network reads Secrets from etcd, or writes themselves a role.",
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
        - --cert-file=/etc/kubernetes/pki/etcd/server.crt
        - --key-file=/etc/kubernetes/pki/etcd/server.key
        - --client-cert-auth=true
        - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
        - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
        - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
        - --peer-client-cert-auth=true
        - --peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
        - --listen-client-urls=http://0.0.0.0:2379
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
        - --cert-file=/etc/kubernetes/pki/etcd/server.crt
        - --key-file=/etc/kubernetes/pki/etcd/server.key
        - --client-cert-auth=true
        - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
        - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
        - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
        - --peer-client-cert-auth=true
        - --peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
        - --listen-client-urls=https://127.0.0.1:2379,https://192.0.2.10:2379
        - --listen-metrics-urls=http://127.0.0.1:2381
",
    fix: None,
    check: RuleKind::ControlPlane(check),
};

/// The flags with addresses, what is served there, and how bad it is.
const LISTENERS: [(&str, &str, Severity); 4] = [
    ("listen-client-urls", "clients", Severity::Critical),
    ("listen-client-http-urls", "clients", Severity::Critical),
    ("listen-peer-urls", "other members", Severity::Critical),
    ("listen-metrics-urls", "metrics", Severity::Medium),
];

fn check(plane: &Plane, sink: &mut Sink<'_>) {
    for view in plane.each(Component::Etcd) {
        for (name, whom, severity) in LISTENERS {
            let Some(setting) = view.get(name) else { continue };
            for (url, span) in setting.items() {
                if url.strip_prefix("http://").is_some_and(|rest| !is_loopback(rest)) {
                    let message = format!("etcd serves {whom} without TLS on `{url}`");
                    let label = "expected `https://`, or an address of the machine itself";
                    sink.report_as(severity, on_item(view, setting, span, label, message));
                }
            }
        }
    }
}

/// Whether only the machine itself reaches an address, with or without a port.
fn is_loopback(address: &str) -> bool {
    let address = address.split('/').next().unwrap_or_default();
    let host = match address.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => address.split(':').next().unwrap_or_default(),
    };
    // what is filled in later is not known
    host == "localhost"
        || host.contains(['$', '{', '<'])
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
