//! A kind cluster for the length of a run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::kubectl::ensure;

/// What the names of all clusters of the tests begin with; the number of the process follows.
pub const PREFIX: &str = "tightship-live-";

/// A cluster that is deleted when dropped, unless it was there before.
pub struct Cluster {
    reaper: Reaper,
    folder: TempDir,
    kubeconfig: PathBuf,
}

impl Cluster {
    /// Makes a cluster, or takes the one that `TIGHTSHIP_LIVE_KUBECONFIG` names.
    pub fn start() -> Result<Self, String> {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        if let Ok(kubeconfig) = std::env::var("TIGHTSHIP_LIVE_KUBECONFIG") {
            let kubeconfig = kubeconfig.into();
            return Ok(Self { reaper: Reaper::default(), folder, kubeconfig });
        }
        let image =
            std::env::var("TIGHTSHIP_NODE_IMAGE").map_err(|_| "TIGHTSHIP_NODE_IMAGE names no kind node image")?;
        for program in ["docker", "kind", "kubectl"] {
            let found = Command::new(program).arg("version").output();
            found.map_err(|error| format!("{program}: {error}"))?;
        }
        let kubeconfig = folder.path().join("kubeconfig");
        delete_stale(&kubeconfig);
        let name = format!("{PREFIX}{}", std::process::id());
        let reaper = Reaper::start(&name, &kubeconfig).map_err(|error| format!("sh: {error}"))?;
        // from here on an early return deletes what there is
        let cluster = Self { reaper, folder, kubeconfig };
        cluster.delete_when_interrupted()?;
        cluster.create(&name, &image)?;
        Ok(cluster)
    }

    fn create(&self, name: &str, image: &str) -> Result<(), String> {
        let output = Command::new("kind")
            .args(["create", "cluster", "--wait", "90s", "--name", name, "--image", image, "--kubeconfig"])
            .arg(&self.kubeconfig)
            .output()
            .map_err(|error| format!("kind: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("kind create cluster: {said}"));
        }
        // kind only mentions it when the time is up, and succeeds
        if said.contains("WARNING: Timed out") {
            return Err(format!("the cluster is not ready within 90 seconds: {said}"));
        }
        Ok(())
    }

    /// Ctrl-C: nothing is dropped then, and the caller shall not be left alone before the cluster is gone.
    fn delete_when_interrupted(&self) -> Result<(), String> {
        let reaper = self.reaper.clone();
        let handler = move || {
            reaper.finish();
            std::process::exit(130);
        };
        ctrlc::set_handler(handler).map_err(|error| error.to_string())
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Where kubectl may keep what it learns about the API, instead of the user's home.
    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.reaper.finish();
    }
}

/// A shell that waits for the end of its standard input, which is held open by this process, and then deletes the
/// cluster. So the cluster does not outlive the run however that ends, by SIGTERM or SIGKILL too.
#[derive(Clone, Default)]
pub struct Reaper(Arc<Mutex<Option<Child>>>);

impl Reaper {
    /// Ctrl-C goes to all processes of the terminal; this one has to stay.
    const SCRIPT: &str = r#"trap '' INT TERM HUP; cat; exec kind delete cluster --name "$0" --kubeconfig "$1""#;

    pub fn start(name: &str, kubeconfig: &Path) -> std::io::Result<Self> {
        let child = Command::new("sh")
            .args(["-c", Self::SCRIPT, name])
            .arg(kubeconfig)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(Arc::new(Mutex::new(Some(child)))))
    }

    /// Deletes the cluster. Whoever comes second waits for the first.
    pub fn finish(&self) {
        let mut child = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(mut child) = child.take() {
            // closes the pipe first
            let _ = child.wait();
        }
    }
}

/// The names of the containers of a cluster, a line each.
pub fn nodes(cluster: &str) -> Result<String, Failed> {
    let filter = format!("label=io.x-k8s.kind.cluster={cluster}");
    let output =
        Command::new("docker").args(["ps", "--all", "--format", "{{.Names}}", "--filter", &filter]).output()?;
    ensure(output.status.success(), || "docker ps failed".to_owned())?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Clusters of runs whose process is gone, and that could not clean up: the machine was switched off, for example.
fn delete_stale(kubeconfig: &Path) {
    let Ok(output) = Command::new("kind").args(["get", "clusters"]).output() else { return };
    for name in String::from_utf8_lossy(&output.stdout).lines() {
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse().ok());
        if process.is_some_and(is_gone) {
            let mut delete = Command::new("kind");
            let _ = delete.args(["delete", "cluster", "--name", name, "--kubeconfig"]).arg(kubeconfig).output();
        }
    }
}

/// Whether a process does not run, or is this one, which has no cluster yet. In doubt it runs.
fn is_gone(process: u32) -> bool {
    let processes = Path::new("/proc");
    let is_known = processes.join("self").exists();
    process == std::process::id() || (is_known && !processes.join(process.to_string()).exists())
}
