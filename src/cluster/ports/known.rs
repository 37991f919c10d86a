//! The ports of Kubernetes, past and present.

use super::Reach;

/// A port of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub port: u16,
    /// From where it may be reached.
    pub reach: Reach,
    /// What it is.
    pub what: &'static str,
}

const fn known(port: u16, reach: Reach, what: &'static str) -> Known {
    Known { port, reach, what }
}

/// The ports, by number.
pub const KNOWN: [Known; 19] = [
    known(2379, Reach::Address, "etcd for API servers: TLS with client certificates"),
    known(2380, Reach::Address, "etcd for its members: TLS with client certificates"),
    known(2381, Reach::Node, "etcd's metrics and health, without TLS"),
    known(4194, Reach::Nowhere, "cAdvisor's page, gone since 1.12"),
    known(6443, Reach::Everywhere, "the Kubernetes API: TLS, asks who calls"),
    known(8080, Reach::Nowhere, "the API without TLS or questions, gone since 1.20"),
    known(9091, Reach::Nowhere, "Felix's metrics (Calico), without TLS"),
    known(9099, Reach::Node, "Felix's health (Calico)"),
    known(10248, Reach::Node, "the kubelet's health"),
    known(10249, Reach::Node, "kube-proxy's metrics, without TLS"),
    known(10250, Reach::Everywhere, "the kubelet for API servers: TLS, asks who calls"),
    known(10251, Reach::Nowhere, "the scheduler without TLS, gone since 1.24"),
    known(10252, Reach::Nowhere, "the controller manager without TLS, gone since 1.24"),
    known(10253, Reach::Nowhere, "the cloud controller manager without TLS, gone since 1.24"),
    known(10255, Reach::Nowhere, "the kubelet, read only, without TLS or questions"),
    known(10256, Reach::Everywhere, "kube-proxy's health for load balancers: says nothing else"),
    known(10257, Reach::Node, "the controller manager: TLS, asks who calls"),
    known(10258, Reach::Node, "the cloud controller manager: TLS, asks who calls"),
    known(10259, Reach::Node, "the scheduler: TLS, asks who calls"),
];
