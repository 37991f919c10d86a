//! The folder of a cluster: its kubeconfig, what it was made from, and a record of it.

use std::fs;
use std::io::{self, ErrorKind};

use camino::{Utf8Path, Utf8PathBuf};
use etcetera::BaseStrategy as _;
use serde::{Deserialize, Serialize};

use super::{ClusterError, containers};
use crate::file;
use crate::k8s::names::NameRule;

/// The name of the record.
pub(super) const RECORD: &str = "cluster.json";
/// The name of the kubeconfig.
pub(super) const KUBECONFIG: &str = "kubeconfig";
/// The largest record that is read.
const MOST: u64 = 1 << 16;
/// An empty folder for nodes to mount, where they have nothing else of ours.
pub(super) const MARK: &str = "mark";
/// The patches for static pods, by the names that kubeadm gives them, for a cluster whose control plane is changed by hand.
pub(super) const PATCHES: [&str; 6] = [
    "etcd+strategic.yaml",
    "kube-apiserver+strategic.yaml",
    "kube-controller-manager+strategic.yaml",
    "kube-scheduler+strategic.yaml",
    "kube-controller-manager+json.yaml",
    "kube-scheduler+json.yaml",
];

/// What is written down about a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of this format.
    pub format: u8,
    pub name: String,
    /// The version of Kubernetes, such as `1.34.4`.
    pub kubernetes: String,
    /// The image of its nodes.
    pub image: String,
    /// Whether it has the baseline.
    pub hardened: bool,
    /// The number of its nodes.
    pub nodes: u8,
}

impl Record {
    /// The version of the format.
    pub const FORMAT: u8 = 1;
}

/// Where this program keeps what is the user's and of no folder: `tightship` where the platform keeps data of programs.
pub fn data() -> Result<Utf8PathBuf, ClusterError> {
    let strategy = etcetera::choose_base_strategy().map_err(|_| ClusterError::NoHome)?;
    let data = Utf8PathBuf::from_path_buf(strategy.data_dir()).map_err(|_| ClusterError::NoHome)?;
    Ok(data.join("tightship"))
}

/// Where the folders of clusters are, unless somebody says.
pub fn default_root() -> Result<Utf8PathBuf, ClusterError> {
    Ok(data()?.join("clusters"))
}

/// The folder of a cluster, whether it is there or not.
#[derive(Debug, Clone)]
pub struct ClusterDir {
    name: String,
    folder: Utf8PathBuf,
}

impl ClusterDir {
    /// The folder of a cluster in the folder of all. If it is there, it is the caller's own.
    pub fn new(root: &Utf8Path, name: &str) -> Result<Self, ClusterError> {
        if NameRule::Dns1123Label.check(name).is_err() {
            return Err(ClusterError::Name(name.to_owned()));
        }
        // Docker knows the folder by its real path, which cannot be told of folders that are not there yet
        let absolute = camino::absolute_utf8(root).map_err(ClusterError::at(root))?;
        let real = absolute.ancestors().find_map(|folder| {
            let real = folder.canonicalize_utf8().ok()?;
            Some(real.join(absolute.strip_prefix(folder).unwrap_or(Utf8Path::new(""))))
        });
        let folder = real.unwrap_or(absolute).join(name);
        if folder.as_str().contains(':') {
            return Err(ClusterError::Colon(folder));
        }
        if file::own_folder(&folder, &folder)? {
            for name in [RECORD, KUBECONFIG] {
                file::own_file(&folder.join(name), &folder)?;
            }
        }
        Ok(Self { name: name.to_owned(), folder })
    }

    /// The name of the cluster.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder, as an absolute path.
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// The folder of all clusters.
    pub(super) fn root(&self) -> &Utf8Path {
        self.folder.parent().unwrap_or(&self.folder)
    }

    /// The kubeconfig of the cluster.
    pub fn kubeconfig(&self) -> Utf8PathBuf {
        self.folder.join(KUBECONFIG)
    }

    /// Makes the folder, closed to others, and writes the record. Fails if it is there already: of two that make the same
    /// cluster at the same time, one fails here.
    pub(super) fn make(&self, record: &Record) -> Result<(), ClusterError> {
        fs::create_dir_all(self.root()).map_err(ClusterError::at(self.root()))?;
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&self.folder) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(match self.record()? {
                    Some(_) => ClusterError::LeftOver { folder: self.folder.clone(), name: self.name.clone() },
                    None => ClusterError::Occupied(self.folder.clone()),
                });
            }
            Err(error) => return Err(ClusterError::at(&self.folder)(error)),
        }
        let path = self.folder.join(RECORD);
        let text = serde_json::to_string_pretty(record)
            .map_err(|error| ClusterError::Record { path: path.clone(), reason: error.to_string() })?;
        fs::write(&path, text + "\n").map_err(ClusterError::at(&path))
    }

    /// The record; none if there is no folder of a cluster.
    pub(super) fn record(&self) -> Result<Option<Record>, ClusterError> {
        let path = self.folder.join(RECORD);
        let text = match file::read_text(&path, MOST).map_err(io::Error::from) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(ClusterError::at(&path)(error)),
        };
        let read: Result<Record, _> = serde_json::from_str(&text);
        match read {
            Ok(record) if record.format == Record::FORMAT && record.name == self.name => Ok(Some(record)),
            Ok(_) => Err(ClusterError::Record { path, reason: "is the record of something else".to_owned() }),
            // what the parser says may quote the file
            Err(error) => {
                let place = format!("line {}, column {}", error.line(), error.column());
                Err(ClusterError::Record { path, reason: format!("is not the record of a cluster ({place})") })
            }
        }
    }

    /// Whether nodes are ours: a control plane mounts something of this folder.
    pub(super) fn owns(&self, nodes: &[containers::Container]) -> bool {
        let inside = format!("{}/", self.folder);
        nodes.iter().flat_map(|node| &node.binds).any(|bind| bind.starts_with(&inside))
    }
}

#[cfg(test)]
mod tests {
    use super::{ClusterDir, ClusterError, Record};
    use crate::cluster::containers::Container;

    fn record(name: &str) -> Record {
        Record {
            format: Record::FORMAT,
            name: name.to_owned(),
            kubernetes: "1.34.4".to_owned(),
            image: "node".to_owned(),
            hardened: true,
            nodes: 1,
        }
    }

    #[test]
    fn a_folder_is_made_once() {
        let root = camino_tempfile();
        let home = ClusterDir::new(&root.1.join("not/there/yet"), "a").unwrap();
        home.make(&record("a")).unwrap();
        assert_eq!(home.record().unwrap(), Some(record("a")));
        assert!(matches!(home.make(&record("a")), Err(ClusterError::LeftOver { .. })));
        std::fs::remove_file(home.folder().join("cluster.json")).unwrap();
        assert!(matches!(home.make(&record("a")), Err(ClusterError::Occupied(_))));
    }

    #[test]
    fn only_nodes_that_mount_our_folder_are_ours() {
        let root = camino_tempfile();
        let home = ClusterDir::new(&root.1, "a").unwrap();
        let node = |bind: String| Container {
            name: "a-control-plane".to_owned(),
            role: "control-plane".to_owned(),
            state: "running".to_owned(),
            binds: vec!["/lib/modules:/lib/modules:ro".to_owned(), bind],
            image: "node".to_owned(),
            server: None,
        };
        assert!(home.owns(&[node(format!("{}/mark:/etc/tightship:ro", home.folder()))]));
        assert!(!home.owns(&[node(format!("{}b/mark:/etc/tightship:ro", home.folder()))]));
        assert!(!home.owns(&[node("/elsewhere/a/mark:/etc/tightship:ro".to_owned())]));
        assert!(!home.owns(&[]));
    }

    fn camino_tempfile() -> (tempfile::TempDir, camino::Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        (folder, path)
    }
}
