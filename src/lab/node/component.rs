//! The programs of a control-plane node.

/// The folder from which the kubelet starts static pods.
pub(super) const MANIFESTS: &str = "/etc/kubernetes/manifests";

/// A program of a control-plane node that can be restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// The kubelet, which the others depend on.
    Kubelet,
    Etcd,
    ApiServer,
    ControllerManager,
    Scheduler,
}

impl Component {
    pub const ALL: [Self; 5] = [Self::Kubelet, Self::Etcd, Self::ApiServer, Self::ControllerManager, Self::Scheduler];

    /// The name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kubelet => "kubelet",
            Self::Etcd => "etcd",
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
        }
    }

    /// The component of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|component| component.name() == name)
    }

    /// The component whose static pod a file is.
    pub fn of_manifest(path: &str) -> Option<Self> {
        let name = path.strip_prefix(MANIFESTS)?.strip_prefix('/')?.strip_suffix(".yaml")?;
        Self::named(name).filter(|component| *component != Self::Kubelet)
    }
}

#[cfg(test)]
mod tests {
    use super::Component;

    #[test]
    fn a_manifest_belongs_to_its_program() {
        let of = Component::of_manifest;
        assert_eq!(of("/etc/kubernetes/manifests/kube-apiserver.yaml"), Some(Component::ApiServer));
        assert_eq!(of("/etc/kubernetes/manifests/etcd.yaml"), Some(Component::Etcd));
        for other in ["/etc/kubernetes/manifests/kubelet.yaml", "/etc/kubernetes/etcd.yaml", "etcd.yaml"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
