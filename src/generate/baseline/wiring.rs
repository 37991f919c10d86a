//! What a control plane needs in order to run at all: certificates and addresses, under the paths that kubeadm made common.

use super::settings::Settings;
use super::{Flag, Program, Role};
use crate::spec::ApiServer;
use crate::spec::wiring::PKI;

/// The addresses of Services where neither the spec nor an installer says.
const SERVICES: &str = "10.96.0.0/12";

/// A table: program, flag, value, reason, items.
macro_rules! wiring {
    ($( $program:ident $name:literal = $value:literal, $why:literal $(, $control:literal)*; )*) => {
        /// What does not depend on the spec.
        fn fixed() -> Vec<Flag> {
            vec![$( flag(Program::$program, $name, $value, $why, &[$($control),*]) ),*]
        }
    };
}

wiring! {
    ApiServer "allow-privileged" = "true",
        "pods of the system need it; Pod Security decides for the rest";
    ApiServer "client-ca-file" = "/etc/kubernetes/pki/ca.crt",
        "who signs client certificates", "CIS 1.2.25";
    ApiServer "etcd-cafile" = "/etc/kubernetes/pki/etcd/ca.crt",
        "knows etcd by its own CA", "CIS 1.2.26";
    ApiServer "etcd-certfile" = "/etc/kubernetes/pki/apiserver-etcd-client.crt",
        "etcd knows the API server", "CIS 1.2.23";
    ApiServer "etcd-keyfile" = "/etc/kubernetes/pki/apiserver-etcd-client.key",
        "etcd knows the API server", "CIS 1.2.23";
    ApiServer "kubelet-client-certificate" = "/etc/kubernetes/pki/apiserver-kubelet-client.crt",
        "kubelets know the API server", "CIS 1.2.4";
    ApiServer "kubelet-client-key" = "/etc/kubernetes/pki/apiserver-kubelet-client.key",
        "kubelets know the API server", "CIS 1.2.4";
    ApiServer "kubelet-preferred-address-types" = "InternalIP,ExternalIP,Hostname",
        "how kubelets are reached";
    ApiServer "proxy-client-cert-file" = "/etc/kubernetes/pki/front-proxy-client.crt",
        "extension servers know the API server";
    ApiServer "proxy-client-key-file" = "/etc/kubernetes/pki/front-proxy-client.key",
        "extension servers know the API server";
    ApiServer "requestheader-allowed-names" = "front-proxy-client",
        "only the proxy may act for others; since 1.35 the server does not start without, if the CA is shared";
    ApiServer "requestheader-client-ca-file" = "/etc/kubernetes/pki/front-proxy-ca.crt",
        "a CA of its own: users cannot pose as the proxy";
    ApiServer "requestheader-extra-headers-prefix" = "X-Remote-Extra-",
        "headers of the proxy";
    ApiServer "requestheader-group-headers" = "X-Remote-Group",
        "headers of the proxy";
    ApiServer "requestheader-username-headers" = "X-Remote-User",
        "headers of the proxy";
    ApiServer "secure-port" = "6443",
        "there is no other port", "STIG V-242389";
    ApiServer "service-account-issuer" = "https://kubernetes.default.svc.cluster.local",
        "stands in the tokens of pods";
    ApiServer "service-account-key-file" = "/etc/kubernetes/pki/sa.pub",
        "checks the tokens of pods", "CIS 1.2.22";
    ApiServer "service-account-signing-key-file" = "/etc/kubernetes/pki/sa.key",
        "signs the tokens of pods";
    ApiServer "tls-cert-file" = "/etc/kubernetes/pki/apiserver.crt",
        "who the API server is", "CIS 1.2.24";
    ApiServer "tls-private-key-file" = "/etc/kubernetes/pki/apiserver.key",
        "who the API server is", "CIS 1.2.24";
    ControllerManager "authentication-kubeconfig" = "/etc/kubernetes/controller-manager.conf",
        "asks the API server who calls";
    ControllerManager "authorization-kubeconfig" = "/etc/kubernetes/controller-manager.conf",
        "asks the API server what callers may do";
    ControllerManager "bind-address" = "127.0.0.1",
        "only this machine reaches it", "CIS 1.3.7";
    ControllerManager "client-ca-file" = "/etc/kubernetes/pki/ca.crt",
        "who signs client certificates";
    ControllerManager "cluster-signing-cert-file" = "/etc/kubernetes/pki/ca.crt",
        "signs what kubelets ask for";
    ControllerManager "cluster-signing-key-file" = "/etc/kubernetes/pki/ca.key",
        "signs what kubelets ask for";
    ControllerManager "kubeconfig" = "/etc/kubernetes/controller-manager.conf",
        "how it reaches the API server";
    ControllerManager "leader-elect" = "true",
        "only one is active at a time";
    ControllerManager "requestheader-client-ca-file" = "/etc/kubernetes/pki/front-proxy-ca.crt",
        "a CA of its own";
    ControllerManager "root-ca-file" = "/etc/kubernetes/pki/ca.crt",
        "pods know the API server by it", "CIS 1.3.5";
    ControllerManager "service-account-private-key-file" = "/etc/kubernetes/pki/sa.key",
        "signs tokens of service accounts", "CIS 1.3.4";
    ControllerManager "use-service-account-credentials" = "true",
        "each controller has rights of its own only", "CIS 1.3.3", "STIG V-242381";
    Scheduler "authentication-kubeconfig" = "/etc/kubernetes/scheduler.conf",
        "asks the API server who calls";
    Scheduler "authorization-kubeconfig" = "/etc/kubernetes/scheduler.conf",
        "asks the API server what callers may do";
    Scheduler "bind-address" = "127.0.0.1",
        "only this machine reaches it", "CIS 1.4.2";
    Scheduler "kubeconfig" = "/etc/kubernetes/scheduler.conf",
        "how it reaches the API server";
    Scheduler "leader-elect" = "true",
        "only one is active at a time";
    Etcd "cert-file" = "/etc/kubernetes/pki/etcd/server.crt",
        "clients know etcd", "CIS 2.1";
    Etcd "key-file" = "/etc/kubernetes/pki/etcd/server.key",
        "clients know etcd", "CIS 2.1";
    Etcd "peer-cert-file" = "/etc/kubernetes/pki/etcd/peer.crt",
        "members know each other", "CIS 2.4";
    Etcd "peer-key-file" = "/etc/kubernetes/pki/etcd/peer.key",
        "members know each other", "CIS 2.4";
    Etcd "data-dir" = "/var/lib/etcd",
        "closed to everybody else", "CIS 1.1.11";
    Etcd "client-cert-auth" = "true",
        "nobody without a certificate", "CIS 2.2";
    Etcd "peer-client-cert-auth" = "true",
        "nobody without a certificate", "CIS 2.5";
    Etcd "trusted-ca-file" = "/etc/kubernetes/pki/etcd/ca.crt",
        "a CA of its own: the cluster's clients are not etcd's", "CIS 2.7";
    Etcd "peer-trusted-ca-file" = "/etc/kubernetes/pki/etcd/ca.crt",
        "a CA of its own: the cluster's clients are not etcd's", "CIS 2.7";
}

fn flag(program: Program, name: &'static str, value: &str, why: &'static str, controls: &[&'static str]) -> Flag {
    Flag {
        program,
        name: name.into(),
        value: value.to_owned(),
        role: Role::Wiring,
        why: why.into(),
        controls: controls.to_vec(),
    }
}

pub(super) fn flags(server: &ApiServer, settings: &Settings) -> Vec<Flag> {
    let mut flags = fixed();
    let folder = server.certificates.folder.as_str();
    for flag in flags.iter_mut().filter(|_| folder != PKI) {
        if let Some(rest) = flag.value.strip_prefix(PKI) {
            flag.value = format!("{folder}{rest}");
        }
    }
    let etcd = &server.etcd;
    for (name, path) in [("etcd-cafile", &etcd.ca), ("etcd-certfile", &etcd.certificate), ("etcd-keyfile", &etcd.key)] {
        let flag = flags.iter_mut().find(|flag| flag.program == Program::ApiServer && flag.name == name);
        if let (Some(flag), Some(path)) = (flag, path) {
            flag.value = path.to_string();
        }
    }
    let mut add = |program, name, value: &str, why| flags.push(flag(program, name, value, why, &[]));
    let services = settings.network.services.as_deref().unwrap_or(SERVICES);
    add(Program::ApiServer, "etcd-servers", &settings.network.etcd, "where etcd is");
    add(Program::ApiServer, "service-cluster-ip-range", services, "the addresses of Services");
    add(Program::ControllerManager, "service-cluster-ip-range", services, "the addresses of Services");
    if let Some(pods) = &settings.network.pods {
        add(Program::ControllerManager, "allocate-node-cidrs", "true", "gives each node addresses for its pods");
        add(Program::ControllerManager, "cluster-cidr", pods, "the addresses of pods");
    }
    if server.joins_by_token() {
        add(Program::ApiServer, "enable-bootstrap-token-auth", "true", "nodes join with a token");
        let controllers = "*,bootstrapsigner,tokencleaner";
        add(Program::ControllerManager, "controllers", controllers, "signs what nodes read before they trust anybody");
    }
    flags
}
