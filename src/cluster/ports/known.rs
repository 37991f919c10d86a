//! The ports of Kubernetes, past and present.

use super::Exposure;

/// A port of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub port: u16,
    /// From where it may be reached.
    pub reach: Exposure,
    pub what: &'static str,
}

const fn known(port: u16, reach: Exposure, what: &'static str) -> Known {
    Known { port, reach, what }
}

/// The ports, by number.
pub const KNOWN: [Known; 19] = [
    known(2379, Exposure::Address, "etcd for API servers: TLS with client certificates"),
    known(2380, Exposure::Address, "etcd for its members: TLS with client certificates"),
    known(2381, Exposure::Node, "etcd's metrics and health, without TLS"),
    known(4194, Exposure::Nowhere, "cAdvisor's page, gone since 1.12"),
    known(6443, Exposure::Everywhere, "the Kubernetes API: TLS, with authentication"),
    known(8080, Exposure::Nowhere, "the API without TLS or authentication, gone since 1.20"),
    known(9091, Exposure::Nowhere, "Felix's metrics (Calico), without TLS"),
    known(9099, Exposure::Node, "Felix's health (Calico)"),
    known(10248, Exposure::Node, "the kubelet's health"),
    known(10249, Exposure::Node, "kube-proxy's metrics, without TLS"),
    known(10250, Exposure::Everywhere, "the kubelet for API servers: TLS, with authentication"),
    known(10251, Exposure::Nowhere, "the scheduler without TLS, gone since 1.24"),
    known(10252, Exposure::Nowhere, "the controller manager without TLS, gone since 1.24"),
    known(10253, Exposure::Nowhere, "the cloud controller manager without TLS, gone since 1.24"),
    known(10255, Exposure::Nowhere, "the kubelet, read only, without TLS or authentication"),
    known(10256, Exposure::Everywhere, "kube-proxy's health for load balancers: nothing else"),
    known(10257, Exposure::Node, "the controller manager: TLS, with authentication"),
    known(10258, Exposure::Node, "the cloud controller manager: TLS, with authentication"),
    known(10259, Exposure::Node, "the scheduler: TLS, with authentication"),
];
