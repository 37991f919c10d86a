//! A kind cluster for the length of a run.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const PREFIX: &str = "tightship-live-";

/// A cluster that is deleted when dropped, unless it was there before.
pub struct Cluster {
    name: Option<String>,
    kubeconfig: PathBuf,
    _folder: TempDir,
}

impl Cluster {
    /// Makes a cluster, or takes the one that `TIGHTSHIP_LIVE_KUBECONFIG` names.
    pub fn start() -> Result<Self, String> {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        if let Ok(kubeconfig) = std::env::var("TIGHTSHIP_LIVE_KUBECONFIG") {
            return Ok(Self { name: None, kubeconfig: kubeconfig.into(), _folder: folder });
        }
        let image =
            std::env::var("TIGHTSHIP_NODE_IMAGE").map_err(|_| "TIGHTSHIP_NODE_IMAGE names no kind node image")?;
        for program in ["docker", "kind", "kubectl"] {
            let found = Command::new(program).arg("version").output();
            found.map_err(|error| format!("{program}: {error}"))?;
        }
        delete_stale();
        let name = format!("{PREFIX}{}", std::process::id());
        let kubeconfig = folder.path().join("kubeconfig");
        let cluster = Self { name: Some(name.clone()), kubeconfig: kubeconfig.clone(), _folder: folder };
        // Ctrl-C must not leave the cluster behind; a drop does not happen then
        let interrupted = name.clone();
        let _ = ctrlc::set_handler(move || {
            delete(&interrupted);
            std::process::exit(130);
        });
        let output = Command::new("kind")
            .args(["create", "cluster", "--wait", "120s", "--name", &name, "--image", &image, "--kubeconfig"])
            .arg(&kubeconfig)
            .output()
            .map_err(|error| format!("kind: {error}"))?;
        if !output.status.success() {
            return Err(format!("kind create cluster: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(cluster)
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            delete(name);
        }
    }
}

fn delete(name: &str) {
    let _ = Command::new("kind").args(["delete", "cluster", "--name", name]).output();
}

/// Clusters of runs that were killed: their process is gone.
fn delete_stale() {
    let Ok(output) = Command::new("kind").args(["get", "clusters"]).output() else { return };
    for name in String::from_utf8_lossy(&output.stdout).lines() {
        let Some(process) = name.strip_prefix(PREFIX) else { continue };
        if process.parse::<u32>().is_ok() && !Path::new("/proc").join(process).exists() {
            delete(name);
        }
    }
}
