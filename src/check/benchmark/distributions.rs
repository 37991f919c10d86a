//! The benchmarks of K3s and RKE2: the same items by older numbers, with the paths of each distribution
//! (`cfg/k3s-cis-1.9` and `cfg/rke2-cis-1.8` of kube-bench).

use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};

use super::on_node::{Files, OwnerOrMode};
use super::table::{How, ITEMS, Item};

/// A benchmark that can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The CIS Kubernetes Benchmark 1.12.
    Cis112,
    /// That of K3s, 1.9.
    K3sCis19,
    /// That of RKE2, 1.8.
    Rke2Cis18,
}

impl Name {
    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cis112 => "CIS Kubernetes Benchmark 1.12",
            Self::K3sCis19 => "CIS K3s Benchmark 1.9",
            Self::Rke2Cis18 => "CIS RKE2 Benchmark 1.8",
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cis112 => "cis-1.12",
            Self::K3sCis19 => "k3s-cis-1.9",
            Self::Rke2Cis18 => "rke2-cis-1.8",
        }
    }

    /// Its items.
    pub(super) fn items(self) -> &'static [Item] {
        match self {
            Self::Cis112 => &ITEMS,
            Self::K3sCis19 => &K3S,
            Self::Rke2Cis18 => &RKE2,
        }
    }

    /// The files and folders of a node in which a control plane and a kubelet are set up, where they are there.
    pub fn on_node(self, root: &Utf8Path) -> Vec<Utf8PathBuf> {
        let paths: &[&str] = match self {
            Self::Cis112 => &OF_NODE,
            Self::K3sCis19 => &["etc/rancher/k3s"],
            Self::Rke2Cis18 => &["etc/rancher/rke2", "var/lib/rancher/rke2/agent/pod-manifests"],
        };
        paths.iter().map(|path| root.join(path)).filter(|path| path.exists()).collect()
    }
}

/// Where kubeadm, its neighbours and units have what they start.
const OF_NODE: [&str; 13] = [
    "etc/kubernetes/admission-controls",
    "etc/kubernetes/audit",
    "etc/kubernetes/audit-policy",
    "etc/kubernetes/enc",
    "etc/kubernetes/hardening",
    "etc/kubernetes/manifests",
    "etc/systemd/system",
    "usr/lib/systemd/system/kubelet.service",
    "usr/lib/systemd/system/kubelet.service.d",
    "var/lib/kubelet/config.yaml",
    "var/lib/kubelet/instance-config.yaml",
    "var/lib/kubelet/kubeadm-flags.env",
    "etc/default/kubelet",
];

/// What stands for the files of a node: those of the first path in the table of 1.12, of K3s, of RKE2.
type Paths = &'static [&'static str];

const PATHS: [(&str, Paths, Paths); 17] = [
    (
        "/etc/kubernetes/manifests/kube-apiserver.yaml",
        &[],
        &["/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml"],
    ),
    (
        "/etc/kubernetes/manifests/kube-controller-manager.yaml",
        &[],
        &["/var/lib/rancher/rke2/agent/pod-manifests/kube-controller-manager.yaml"],
    ),
    (
        "/etc/kubernetes/manifests/kube-scheduler.yaml",
        &[],
        &["/var/lib/rancher/rke2/agent/pod-manifests/kube-scheduler.yaml"],
    ),
    ("/etc/kubernetes/manifests/etcd.yaml", &[], &["/var/lib/rancher/rke2/agent/pod-manifests/etcd.yaml"]),
    ("/etc/cni/net.d/*", &["/var/lib/cni/networks/cbr0/*"], &["/etc/cni/net.d/*"]),
    ("/var/lib/etcd", &["/var/lib/rancher/k3s/server/db/etcd"], &["/var/lib/rancher/rke2/server/db/etcd"]),
    (
        "/etc/kubernetes/admin.conf",
        &["/var/lib/rancher/k3s/server/cred/admin.kubeconfig"],
        &["/var/lib/rancher/rke2/server/cred/admin.kubeconfig"],
    ),
    (
        "/etc/kubernetes/scheduler.conf",
        &["/var/lib/rancher/k3s/server/cred/scheduler.kubeconfig"],
        &["/var/lib/rancher/rke2/server/cred/scheduler.kubeconfig"],
    ),
    (
        "/etc/kubernetes/controller-manager.conf",
        &["/var/lib/rancher/k3s/server/cred/controller.kubeconfig"],
        &["/var/lib/rancher/rke2/server/cred/controller.kubeconfig"],
    ),
    (
        "/etc/kubernetes/pki",
        &[
            "/var/lib/rancher/k3s/server/tls",
            "/var/lib/rancher/k3s/server/tls/*",
            "/var/lib/rancher/k3s/server/tls/etcd/*",
        ],
        &[
            "/var/lib/rancher/rke2/server/tls",
            "/var/lib/rancher/rke2/server/tls/*",
            "/var/lib/rancher/rke2/server/tls/etcd/*",
        ],
    ),
    (
        "/etc/kubernetes/pki/*.crt",
        &["/var/lib/rancher/k3s/server/tls/*.crt", "/var/lib/rancher/k3s/server/tls/etcd/*.crt"],
        &["/var/lib/rancher/rke2/server/tls/*.crt", "/var/lib/rancher/rke2/server/tls/etcd/*.crt"],
    ),
    (
        "/etc/kubernetes/pki/*.key",
        &["/var/lib/rancher/k3s/server/tls/*.key", "/var/lib/rancher/k3s/server/tls/etcd/*.key"],
        &["/var/lib/rancher/rke2/server/tls/*.key", "/var/lib/rancher/rke2/server/tls/etcd/*.key"],
    ),
    // both start their kubelet themselves, without a unit and a configuration file of its own
    ("/etc/systemd/system/kubelet.service.d/*.conf", &[], &[]),
    (
        "/var/lib/kube-proxy/kubeconfig.conf",
        &["/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig"],
        &["/var/lib/rancher/rke2/agent/kubeproxy.kubeconfig"],
    ),
    (
        "/etc/kubernetes/kubelet.conf",
        &["/var/lib/rancher/k3s/agent/kubelet.kubeconfig"],
        &["/var/lib/rancher/rke2/agent/kubelet.kubeconfig"],
    ),
    (
        "/etc/kubernetes/pki/ca.crt",
        &["/var/lib/rancher/k3s/agent/client-ca.crt"],
        &["/var/lib/rancher/rke2/agent/client-ca.crt"],
    ),
    ("/var/lib/kubelet/config.yaml", &[], &[]),
];

/// 1.9 has neither the tokens that end within the hour nor seccomp, and closes certificates.
static K3S: LazyLock<Vec<Item>> = LazyLock::new(|| {
    let kept = ITEMS.iter().filter(|item| !["1.2.30", "4.2.14"].contains(&item.id));
    kept.map(|item| moved(item, |(_, k3s, _)| k3s)).collect()
});

/// 1.8 asks for `SecurityContextDeny` in the place of 1.2.12, which is gone since 1.30; everything behind it is one further. It says
/// nothing of kube-proxy.
static RKE2: LazyLock<Vec<Item>> = LazyLock::new(|| {
    let kept = ITEMS.iter().filter(|item| !["1.2.30", "4.2.14", "4.3.1"].contains(&item.id));
    kept.map(|item| Item { id: one_further(item.id), ..moved(item, |(_, _, rke2)| rke2) }).collect()
});

/// The number of an item behind the one that was put in: that of the item which follows it in 1.12.
fn one_further(id: &'static str) -> &'static str {
    let number: Option<u32> = id.strip_prefix("1.2.").and_then(|number| number.parse().ok());
    if number.is_none_or(|number| number < 12) {
        return id;
    }
    let mut following = ITEMS.iter().skip_while(|item| item.id != id).skip(1);
    following.next().map_or(id, |item| item.id)
}

/// The item with the paths of a distribution.
fn moved(item: &Item, paths: fn((&'static str, Paths, Paths)) -> Paths) -> Item {
    let How::Files(files) = &item.how else { return item.clone() };
    let first = files.paths.first().copied().unwrap_or_default();
    let found = PATHS.into_iter().find(|(standard, ..)| *standard == first).map(paths);
    let wanted = match files.wanted {
        OwnerOrMode::Mode(0o644) => OwnerOrMode::Mode(0o600),
        other => other,
    };
    Item { how: How::Files(Files { paths: found.unwrap_or(files.paths), wanted }), ..item.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_a_node_has_one_of_each_distribution() {
        for item in &ITEMS {
            if let How::Files(files) = &item.how {
                assert!(PATHS.iter().any(|(standard, ..)| Some(standard) == files.paths.first()), "{}", item.id);
            }
        }
        for name in [Name::K3sCis19, Name::Rke2Cis18] {
            for item in name.items() {
                if let How::Files(files) = &item.how {
                    assert!(!files.paths.iter().any(|path| path.starts_with("/etc/kubernetes")), "{}", item.id);
                }
            }
        }
    }

    #[test]
    fn the_numbers_are_those_of_each_benchmark() {
        let id = |name: Name, title: &str| name.items().iter().find(|item| item.title == title).map(|item| item.id);
        let lookup = "Tokens of deleted ServiceAccounts are refused";
        assert_eq!(id(Name::Cis112, lookup), Some("1.2.21"));
        assert_eq!(id(Name::K3sCis19, lookup), Some("1.2.21"));
        assert_eq!(id(Name::Rke2Cis18, lookup), Some("1.2.22"));
        assert_eq!(id(Name::Rke2Cis18, "Only strong cipher suites"), Some("1.2.30"));
        assert_eq!(id(Name::Rke2Cis18, "Pods cannot use private images of others"), Some("1.2.11"));
        assert_eq!(Name::K3sCis19.items().len(), 95);
        assert_eq!(Name::Rke2Cis18.items().len(), 94);
    }
}
