//! The items of the CIS Kubernetes Benchmark 1.12, sections 1 to 4; their titles are ours.

use super::on_node::{Files, Owner, OwnerOrMode};
use super::verdict::Verdict;
use super::{control_plane as cp, etcd, managers, workers};
use crate::apiserver::catalogue::Component;
use crate::apiserver::files::ProgramView;
use crate::rules::facts::Plane;

/// An item of a benchmark.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: &'static str,
    /// What holds if it passes.
    pub title: &'static str,
    /// Whether the benchmark has a program evaluate it, and not people.
    pub automated: bool,
    /// How it is judged.
    pub(super) how: How,
}

impl Item {
    /// The section that it stands in: `1.2`.
    pub fn section(&self) -> &'static str {
        let parts = self.id.matches('.').count();
        if parts > 1 {
            self.id.rsplit_once('.').map_or(self.id, |(section, _)| section)
        } else {
            self.id.split('.').next().unwrap_or(self.id)
        }
    }

    /// What the section is about.
    pub fn section_title(&self) -> &'static str {
        match self.section() {
            "1.1" => "Files of the control plane",
            "1.2" => "API server",
            "1.3" => "Controller manager",
            "1.4" => "Scheduler",
            "2" => "etcd",
            "3.1" => "Authentication of people",
            "3.2" => "Audit log",
            "4.1" => "Files of nodes",
            "4.2" => "Kubelet",
            _ => "kube-proxy",
        }
    }
}

/// How an item is judged.
#[derive(Debug, Clone)]
pub(super) enum How {
    /// For each program of a kind.
    Each(Component, fn(&Plane, &ProgramView) -> Verdict),
    /// Over everything.
    Whole(fn(&Plane) -> Vec<Verdict>),
    /// By the files of a node.
    Files(Files),
    /// By people; the question.
    People(&'static str),
}

const fn auto(id: &'static str, title: &'static str, how: How) -> Item {
    Item { id, title, automated: true, how }
}

const fn manual(id: &'static str, title: &'static str, how: How) -> Item {
    Item { id, title, automated: false, how }
}

const fn mode(paths: &'static [&'static str], most: u32) -> How {
    How::Files(Files { paths, wanted: OwnerOrMode::Mode(most) })
}

const fn root(paths: &'static [&'static str]) -> How {
    How::Files(Files { paths, wanted: OwnerOrMode::Owner(Owner::Root) })
}

const fn api(evaluate: fn(&Plane, &ProgramView) -> Verdict) -> How {
    How::Each(Component::ApiServer, evaluate)
}

const fn kcm(evaluate: fn(&Plane, &ProgramView) -> Verdict) -> How {
    How::Each(Component::ControllerManager, evaluate)
}

const fn kubelet(evaluate: fn(&Plane, &ProgramView) -> Verdict) -> How {
    How::Each(Component::Kubelet, evaluate)
}

const fn in_etcd(evaluate: fn(&Plane, &ProgramView) -> Verdict) -> How {
    How::Each(Component::Etcd, evaluate)
}

const API: &[&str] = &["/etc/kubernetes/manifests/kube-apiserver.yaml"];
const KCM: &[&str] = &["/etc/kubernetes/manifests/kube-controller-manager.yaml"];
const SCHEDULER: &[&str] = &["/etc/kubernetes/manifests/kube-scheduler.yaml"];
const ETCD: &[&str] = &["/etc/kubernetes/manifests/etcd.yaml"];
const CNI: &[&str] = &["/etc/cni/net.d/*"];
const ETCD_DATA: &[&str] = &["/var/lib/etcd"];
const ADMIN: &[&str] = &["/etc/kubernetes/admin.conf", "/etc/kubernetes/super-admin.conf"];
const SCHEDULER_CONF: &[&str] = &["/etc/kubernetes/scheduler.conf"];
const KCM_CONF: &[&str] = &["/etc/kubernetes/controller-manager.conf"];
const PKI: &[&str] = &["/etc/kubernetes/pki", "/etc/kubernetes/pki/*", "/etc/kubernetes/pki/etcd/*"];
const CERTIFICATES: &[&str] = &["/etc/kubernetes/pki/*.crt", "/etc/kubernetes/pki/etcd/*.crt"];
const KEYS: &[&str] = &["/etc/kubernetes/pki/*.key", "/etc/kubernetes/pki/etcd/*.key"];
const KUBELET_UNIT: &[&str] = &[
    "/etc/systemd/system/kubelet.service.d/*.conf",
    "/usr/lib/systemd/system/kubelet.service.d/*.conf",
    "/usr/lib/systemd/system/kubelet.service",
    "/etc/systemd/system/kubelet.service",
];
const PROXY_CONF: &[&str] = &["/var/lib/kube-proxy/kubeconfig.conf"];
const KUBELET_CONF: &[&str] = &["/etc/kubernetes/kubelet.conf"];
const CLIENT_CA: &[&str] = &["/etc/kubernetes/pki/ca.crt"];
const KUBELET_CONFIG: &[&str] = &["/var/lib/kubelet/config.yaml"];

pub(super) static ITEMS: [Item; 97] = [
    auto("1.1.1", "Only root writes the API server's manifest", mode(API, 0o600)),
    auto("1.1.2", "The API server's manifest belongs to root", root(API)),
    auto("1.1.3", "Only root writes the controller manager's manifest", mode(KCM, 0o600)),
    auto("1.1.4", "The controller manager's manifest belongs to root", root(KCM)),
    auto("1.1.5", "Only root writes the scheduler's manifest", mode(SCHEDULER, 0o600)),
    auto("1.1.6", "The scheduler's manifest belongs to root", root(SCHEDULER)),
    auto("1.1.7", "Only root writes etcd's manifest", mode(ETCD, 0o600)),
    auto("1.1.8", "etcd's manifest belongs to root", root(ETCD)),
    manual("1.1.9", "Only root writes the network plugins' files", mode(CNI, 0o600)),
    manual("1.1.10", "The network plugins' files belong to root", root(CNI)),
    auto("1.1.11", "Nobody but etcd enters its data folder", mode(ETCD_DATA, 0o700)),
    auto(
        "1.1.12",
        "etcd's data folder belongs to a user of its own",
        How::Files(Files { paths: ETCD_DATA, wanted: OwnerOrMode::Owner(Owner::Etcd) }),
    ),
    auto("1.1.13", "Only root reads the administrators' kubeconfigs", mode(ADMIN, 0o600)),
    auto("1.1.14", "The administrators' kubeconfigs belong to root", root(ADMIN)),
    auto("1.1.15", "Only root reads the scheduler's kubeconfig", mode(SCHEDULER_CONF, 0o600)),
    auto("1.1.16", "The scheduler's kubeconfig belongs to root", root(SCHEDULER_CONF)),
    auto("1.1.17", "Only root reads the controller manager's kubeconfig", mode(KCM_CONF, 0o600)),
    auto("1.1.18", "The controller manager's kubeconfig belongs to root", root(KCM_CONF)),
    auto("1.1.19", "Certificates and keys belong to root", root(PKI)),
    manual("1.1.20", "Only root writes certificates", mode(CERTIFICATES, 0o644)),
    manual("1.1.21", "Only root reads keys", mode(KEYS, 0o600)),
    manual("1.2.1", "Anonymous requests are refused, or limited to the health paths", api(cp::anonymous)),
    auto("1.2.2", "No tokens from a file", api(cp::token_file)),
    manual("1.2.3", "Services cannot claim any IP address", api(cp::external_ips)),
    auto("1.2.4", "The API server proves to kubelets who it is", api(cp::kubelet_client)),
    auto("1.2.5", "The API server checks the certificates of kubelets", api(cp::kubelet_ca)),
    auto("1.2.6", "Not everything is allowed", api(cp::not_always_allow)),
    auto("1.2.7", "Kubelets are limited to their own objects", api(cp::node_authorizer)),
    auto("1.2.8", "RBAC decides", api(cp::rbac_authorizer)),
    manual("1.2.9", "The rate of events is limited", api(cp::event_rate_limit)),
    auto("1.2.10", "Not everything is admitted", api(cp::no_always_admit)),
    manual("1.2.11", "Pods cannot use private images of others", api(cp::always_pull)),
    auto("1.2.12", "Pods get a ServiceAccount", api(cp::service_account)),
    auto("1.2.13", "Nothing is created in namespaces that are being deleted", api(cp::namespace_lifecycle)),
    auto("1.2.14", "Kubelets change only what is theirs", api(cp::node_restriction)),
    auto("1.2.15", "No profiles of the API server", api(cp::profiling)),
    auto("1.2.16", "There is an audit log", api(cp::audit_log)),
    auto("1.2.17", "Audit logs are kept for 30 days at least", api(cp::audit_age)),
    auto("1.2.18", "Ten audit logs are kept at least", api(cp::audit_backup)),
    auto("1.2.19", "Audit logs may have 100 megabytes at least", api(cp::audit_size)),
    manual("1.2.20", "Requests have a timeout", api(cp::request_timeout)),
    auto("1.2.21", "Tokens of deleted ServiceAccounts are refused", api(cp::lookup)),
    auto("1.2.22", "Tokens of ServiceAccounts have keys of their own", api(cp::service_account_key)),
    auto("1.2.23", "The API server proves to etcd who it is", api(cp::etcd_client)),
    auto("1.2.24", "The API server has a certificate", api(cp::serving_certificate)),
    auto("1.2.25", "Clients are known by certificates", api(cp::client_ca)),
    auto("1.2.26", "The API server checks the certificate of etcd", api(cp::etcd_ca)),
    manual("1.2.27", "Secrets are encrypted in etcd", api(cp::encryption)),
    manual("1.2.28", "A strong provider encrypts", api(cp::provider)),
    manual("1.2.29", "Only strong cipher suites", api(cp::ciphers)),
    auto("1.2.30", "Tokens of pods end within the hour", api(cp::token_expiration)),
    manual("1.3.1", "Terminated pods are deleted in time", kcm(managers::pod_gc)),
    auto("1.3.2", "No profiles of the controller manager", kcm(managers::profiling)),
    auto("1.3.3", "Each controller has an account of its own", kcm(managers::credentials)),
    auto("1.3.4", "Tokens of ServiceAccounts are signed with a key of their own", kcm(managers::private_key)),
    auto("1.3.5", "Pods know the API server by its CA", kcm(managers::root_ca)),
    auto("1.3.6", "Serving certificates of kubelets are renewed", kcm(managers::rotation)),
    auto("1.3.7", "The controller manager listens to its node only", kcm(managers::bind_address)),
    auto("1.4.1", "No profiles of the scheduler", How::Each(Component::Scheduler, managers::profiling)),
    auto("1.4.2", "The scheduler listens to its node only", How::Each(Component::Scheduler, managers::bind_address)),
    auto("2.1", "etcd has a certificate", in_etcd(etcd::certificate)),
    auto("2.2", "etcd refuses clients without a certificate", in_etcd(etcd::client_auth)),
    auto("2.3", "etcd does not sign its own certificate", in_etcd(etcd::auto_tls)),
    auto("2.4", "Members of etcd have certificates", in_etcd(etcd::peer_certificate)),
    auto("2.5", "etcd refuses members without a certificate", in_etcd(etcd::peer_auth)),
    auto("2.6", "Members of etcd do not sign their own certificates", in_etcd(etcd::peer_auto_tls)),
    manual("2.7", "etcd has a CA of its own", in_etcd(etcd::own_ca)),
    manual(
        "3.1.1",
        "People do not use client certificates",
        How::People("do people sign in by OIDC, or another way that can be revoked?"),
    ),
    manual(
        "3.1.2",
        "People do not use tokens of ServiceAccounts",
        How::People("do people use tokens of ServiceAccounts?"),
    ),
    manual("3.1.3", "People do not use bootstrap tokens", How::People("do people use bootstrap tokens?")),
    manual("3.2.1", "There is an audit policy", api(cp::audit_policy)),
    manual("3.2.2", "The audit policy covers what matters", How::Whole(cp::audit_content)),
    auto("4.1.1", "Only root writes the kubelet's unit", mode(KUBELET_UNIT, 0o600)),
    auto("4.1.2", "The kubelet's unit belongs to root", root(KUBELET_UNIT)),
    manual("4.1.3", "Only root reads kube-proxy's kubeconfig", mode(PROXY_CONF, 0o600)),
    manual("4.1.4", "kube-proxy's kubeconfig belongs to root", root(PROXY_CONF)),
    auto("4.1.5", "Only root reads the kubelet's kubeconfig", mode(KUBELET_CONF, 0o600)),
    auto("4.1.6", "The kubelet's kubeconfig belongs to root", root(KUBELET_CONF)),
    manual("4.1.7", "Only root writes the CA of clients", mode(CLIENT_CA, 0o644)),
    manual("4.1.8", "The CA of clients belongs to root", root(CLIENT_CA)),
    auto("4.1.9", "Only root reads the kubelet's configuration", mode(KUBELET_CONFIG, 0o600)),
    auto("4.1.10", "The kubelet's configuration belongs to root", root(KUBELET_CONFIG)),
    auto("4.2.1", "Kubelets refuse anonymous requests", kubelet(workers::anonymous)),
    auto("4.2.2", "Kubelets do not allow everything", kubelet(workers::authorization)),
    auto("4.2.3", "Kubelets know clients by certificates", kubelet(workers::client_ca)),
    manual("4.2.4", "Kubelets have no read-only port", kubelet(workers::read_only_port)),
    manual("4.2.5", "Idle sessions end", kubelet(workers::streaming)),
    auto("4.2.6", "Kubelets set up their chains", kubelet(workers::iptables)),
    manual("4.2.7", "Nodes have the names of their machines", kubelet(workers::hostname)),
    manual("4.2.8", "Kubelets report events at a bounded rate", kubelet(workers::events)),
    manual("4.2.9", "Kubelets have a certificate that can be checked", kubelet(workers::certificate)),
    auto("4.2.10", "Kubelets renew their client certificate", kubelet(workers::rotate)),
    manual("4.2.11", "Kubelets renew their serving certificate", kubelet(workers::rotate_server)),
    manual("4.2.12", "Kubelets take strong cipher suites only", kubelet(workers::ciphers)),
    manual("4.2.13", "A pod cannot take all processes of its node", kubelet(workers::pids)),
    manual("4.2.14", "Pods without a profile of their own run with seccomp", kubelet(workers::seccomp)),
    auto(
        "4.3.1",
        "kube-proxy's metrics are for its node only",
        How::Each(Component::KubeProxy, workers::proxy_metrics),
    ),
];
