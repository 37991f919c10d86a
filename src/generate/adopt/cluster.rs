//! What kubeadm keeps of a cluster besides flags: in a file, or in the `ConfigMaps` `kubeadm-config` and `kubelet-config`.

use crate::spec::values::{Leaf as _, PatchRelease};
use crate::yaml::{self, Document, Node};

/// What a `ClusterConfiguration` says that no flag does.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    /// Its name.
    pub name: Option<String>,
    /// The release.
    pub release: Option<PatchRelease>,
    /// The name and port of all control planes.
    pub endpoint: Option<String>,
    /// More names of the API server.
    pub names: Vec<String>,
    /// The folder of certificates.
    pub certificates: Option<String>,
    /// The addresses of Services and pods.
    pub services: Option<String>,
    pub pods: Option<String>,
    /// Whether there is one at all.
    pub found: bool,
}

impl Cluster {
    /// Reads what texts say; of several, the first.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut cluster = Self::default();
        for text in texts {
            if !text.contains("ClusterConfiguration") {
                continue;
            }
            let stream = yaml::parse(text);
            for root in stream.documents.iter().filter_map(Document::root) {
                if root.get("kind").and_then(Node::text) == Some("ClusterConfiguration") && !cluster.found {
                    cluster = Self::read(root);
                }
            }
        }
        cluster
    }

    fn read(root: Node<'_, '_>) -> Self {
        let text = |path: &[&str]| {
            let node = path.iter().try_fold(root, |node, key| node.get(key))?;
            node.text().filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let names = root.path(&["apiServer", "certSANs"]).into_iter().flat_map(Node::items);
        Self {
            name: text(&["clusterName"]),
            release: text(&["kubernetesVersion"]).and_then(|version| PatchRelease::read(&version).ok()),
            endpoint: text(&["controlPlaneEndpoint"]),
            names: names.filter_map(Node::text).map(str::to_owned).collect(),
            certificates: text(&["certificatesDir"]),
            services: text(&["networking", "serviceSubnet"]),
            pods: text(&["networking", "podSubnet"]),
            found: true,
        }
    }
}

/// The configurations inside of `ConfigMaps`, each with a name for messages.
pub fn inside(name: &str, text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if !text.contains("ConfigMap") {
        return found;
    }
    let stream = yaml::parse(text);
    for root in stream.documents.iter().filter_map(Document::root) {
        let items = root.get("items").into_iter().flat_map(Node::items);
        for object in std::iter::once(root).chain(items) {
            if object.get("kind").and_then(Node::text) != Some("ConfigMap") {
                continue;
            }
            for key in ["ClusterConfiguration", "kubelet"] {
                if let Some(inner) = object.path(&["data", key]).and_then(Node::text) {
                    found.push((format!("{name} ({key})"), inner.to_owned()));
                }
            }
        }
    }
    found
}
