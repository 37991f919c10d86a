//! The forms of files that start a control plane, and what each sets by itself.

use crate::apiserver::catalogue::Component;

/// A form of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// A pod that a kubelet starts from a file.
    StaticPod,
    /// A configuration of kubeadm.
    Kubeadm,
    /// A cluster of kind, whose patches go to kubeadm.
    Kind,
    /// The `config.yaml` of K3s.
    K3s,
    /// The `config.yaml` of RKE2.
    Rke2,
    /// A machine configuration of Talos.
    Talos,
    /// A unit of systemd with its environment files.
    Systemd,
    /// A list with a flag on each line.
    Flags,
    /// Variables of the environment.
    Environment,
    /// A configuration file of the program itself.
    Config,
}

impl Form {
    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::StaticPod => "a static pod",
            Self::Kubeadm => "kubeadm",
            Self::Kind => "kind",
            Self::K3s => "K3s",
            Self::Rke2 => "RKE2",
            Self::Talos => "Talos",
            Self::Systemd => "a unit of systemd",
            Self::Flags => "a list of flags",
            Self::Environment => "an environment file",
            Self::Config => "a configuration file",
        }
    }

    /// Whether what a file lists comes on top of what the form sets, instead of in its place.
    pub(super) fn adds_to(self, name: &str) -> bool {
        self == Self::Talos && name == "enable-admission-plugins"
    }

    /// Whether probes of the API server come without credentials by what the form itself writes.
    pub fn probes_by_http(self) -> bool {
        matches!(self, Self::Kubeadm | Self::Kind)
    }

    /// The value that the form sets where the file does not.
    pub(super) fn implied(self, program: Component, name: &str) -> Option<&'static str> {
        // `rke2.go` switches it on
        if (self, program, name) == (Self::Rke2, Component::ApiServer, "encryption-provider-config") {
            return Some("encryption-config.json");
        }
        let table = match self {
            Self::Kubeadm | Self::Kind => kubeadm(program),
            Self::K3s | Self::Rke2 => rancher(program),
            Self::Talos => talos(program),
            _ => &[],
        };
        table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

type Table = &'static [(&'static str, &'static str)];

/// `cmd/kubeadm/app/phases/controlplane/manifests.go`, `.../etcd/local.go`, `.../componentconfigs/kubelet.go` of kubeadm.
fn kubeadm(program: Component) -> Table {
    match program {
        Component::ApiServer => &[
            ("allow-privileged", "true"),
            ("authorization-mode", "Node,RBAC"),
            ("client-ca-file", "/etc/kubernetes/pki/ca.crt"),
            ("enable-admission-plugins", "NodeRestriction"),
            ("enable-bootstrap-token-auth", "true"),
            ("etcd-cafile", "/etc/kubernetes/pki/etcd/ca.crt"),
            ("etcd-certfile", "/etc/kubernetes/pki/apiserver-etcd-client.crt"),
            ("etcd-keyfile", "/etc/kubernetes/pki/apiserver-etcd-client.key"),
            ("kubelet-client-certificate", "/etc/kubernetes/pki/apiserver-kubelet-client.crt"),
            ("kubelet-client-key", "/etc/kubernetes/pki/apiserver-kubelet-client.key"),
            ("requestheader-allowed-names", "front-proxy-client"),
            ("requestheader-client-ca-file", "/etc/kubernetes/pki/front-proxy-ca.crt"),
            ("service-account-key-file", "/etc/kubernetes/pki/sa.pub"),
            ("service-account-signing-key-file", "/etc/kubernetes/pki/sa.key"),
            ("tls-cert-file", "/etc/kubernetes/pki/apiserver.crt"),
            ("tls-private-key-file", "/etc/kubernetes/pki/apiserver.key"),
        ],
        Component::ControllerManager => &[
            ("bind-address", "127.0.0.1"),
            ("root-ca-file", "/etc/kubernetes/pki/ca.crt"),
            ("service-account-private-key-file", "/etc/kubernetes/pki/sa.key"),
            ("use-service-account-credentials", "true"),
        ],
        Component::Scheduler => &[("bind-address", "127.0.0.1")],
        Component::Etcd => &[
            ("cert-file", "/etc/kubernetes/pki/etcd/server.crt"),
            ("client-cert-auth", "true"),
            ("data-dir", "/var/lib/etcd"),
            ("key-file", "/etc/kubernetes/pki/etcd/server.key"),
            ("peer-cert-file", "/etc/kubernetes/pki/etcd/peer.crt"),
            ("peer-client-cert-auth", "true"),
            ("peer-key-file", "/etc/kubernetes/pki/etcd/peer.key"),
            ("peer-trusted-ca-file", "/etc/kubernetes/pki/etcd/ca.crt"),
            ("trusted-ca-file", "/etc/kubernetes/pki/etcd/ca.crt"),
        ],
        Component::Kubelet => &[
            ("authentication.anonymous.enabled", "false"),
            ("authentication.webhook.enabled", "true"),
            ("authentication.x509.clientCAFile", "/etc/kubernetes/pki/ca.crt"),
            ("authorization.mode", "Webhook"),
            ("rotateCertificates", "true"),
            ("staticPodPath", "/etc/kubernetes/manifests"),
        ],
        Component::KubeProxy => &[],
    }
}

/// What both distributions pass; their hardening guides list it.
fn rancher(program: Component) -> Table {
    match program {
        Component::ApiServer => &[
            ("anonymous-auth", "false"),
            ("authorization-mode", "Node,RBAC"),
            ("client-ca-file", "client-ca.crt"),
            ("enable-admission-plugins", "NodeRestriction"),
            ("etcd-cafile", "server-ca.crt"),
            ("etcd-certfile", "client.crt"),
            ("etcd-keyfile", "client.key"),
            ("kubelet-certificate-authority", "server-ca.crt"),
            ("kubelet-client-certificate", "client-kube-apiserver.crt"),
            ("kubelet-client-key", "client-kube-apiserver.key"),
            ("profiling", "false"),
            ("requestheader-allowed-names", "system:auth-proxy"),
            ("requestheader-client-ca-file", "request-header-ca.crt"),
            ("service-account-key-file", "service.key"),
            ("service-account-signing-key-file", "service.key"),
            ("tls-cert-file", "serving-kube-apiserver.crt"),
            ("tls-private-key-file", "serving-kube-apiserver.key"),
        ],
        Component::ControllerManager => &[
            ("bind-address", "127.0.0.1"),
            ("profiling", "false"),
            ("root-ca-file", "server-ca.crt"),
            ("service-account-private-key-file", "service.key"),
            ("use-service-account-credentials", "true"),
        ],
        Component::Scheduler => &[("bind-address", "127.0.0.1"), ("profiling", "false")],
        Component::Etcd => &[
            ("cert-file", "server-client.crt"),
            ("client-cert-auth", "true"),
            ("key-file", "server-client.key"),
            ("peer-cert-file", "peer-server-client.crt"),
            ("peer-client-cert-auth", "true"),
            ("peer-key-file", "peer-server-client.key"),
            ("peer-trusted-ca-file", "peer-ca.crt"),
            ("trusted-ca-file", "server-ca.crt"),
        ],
        Component::Kubelet => &[
            ("authentication.anonymous.enabled", "false"),
            ("authentication.x509.clientCAFile", "client-ca.crt"),
            ("authorization.mode", "Webhook"),
            ("readOnlyPort", "0"),
            ("rotateCertificates", "true"),
            ("tlsCertFile", "serving-kubelet.crt"),
            ("tlsPrivateKeyFile", "serving-kubelet.key"),
        ],
        Component::KubeProxy => &[("metricsBindAddress", "127.0.0.1")],
    }
}

/// `internal/app/machined/pkg/controllers/k8s/control_plane_static_pod.go` and its neighbours of Talos.
fn talos(program: Component) -> Table {
    match program {
        Component::ApiServer => &[
            ("audit-log-maxage", "30"),
            ("audit-log-maxbackup", "10"),
            ("audit-log-maxsize", "100"),
            ("audit-log-path", "/var/log/audit/kube/kube-apiserver.log"),
            ("audit-policy-file", "auditpolicy.yaml"),
            ("authorization-config", "authorization-config.yaml"),
            ("client-ca-file", "ca.crt"),
            ("enable-admission-plugins", "NodeRestriction"),
            ("encryption-provider-config", "encryptionconfig.yaml"),
            ("etcd-cafile", "etcd-client-ca.crt"),
            ("etcd-certfile", "etcd-client.crt"),
            ("etcd-keyfile", "etcd-client.key"),
            ("kubelet-client-certificate", "apiserver-kubelet-client.crt"),
            ("kubelet-client-key", "apiserver-kubelet-client.key"),
            ("profiling", "false"),
            ("requestheader-allowed-names", "front-proxy-client"),
            ("requestheader-client-ca-file", "aggregator-ca.crt"),
            ("service-account-key-file", "service-account.pub"),
            ("service-account-signing-key-file", "service-account.key"),
            ("tls-cert-file", "apiserver.crt"),
            ("tls-private-key-file", "apiserver.key"),
        ],
        Component::ControllerManager => &[
            ("bind-address", "127.0.0.1"),
            ("profiling", "false"),
            ("root-ca-file", "ca.crt"),
            ("service-account-private-key-file", "service-account.key"),
            ("use-service-account-credentials", "true"),
        ],
        Component::Scheduler => &[("bind-address", "127.0.0.1"), ("profiling", "false")],
        Component::Etcd => &[
            ("cert-file", "server.crt"),
            ("client-cert-auth", "true"),
            ("key-file", "server.key"),
            ("peer-cert-file", "peer.crt"),
            ("peer-client-cert-auth", "true"),
            ("peer-key-file", "peer.key"),
            ("peer-trusted-ca-file", "ca.crt"),
            ("trusted-ca-file", "ca.crt"),
        ],
        Component::Kubelet => &[
            ("authentication.anonymous.enabled", "false"),
            ("authentication.x509.clientCAFile", "ca.crt"),
            ("authorization.mode", "Webhook"),
            ("rotateCertificates", "true"),
            ("seccompDefault", "true"),
            ("tlsMinVersion", "VersionTLS13"),
        ],
        Component::KubeProxy => &[],
    }
}
