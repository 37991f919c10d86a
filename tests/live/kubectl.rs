//! kubectl as a user runs it, against the cluster of the run and no other.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

/// What a command gave.
pub struct Output {
    pub ok: bool,
    pub stdout: String,
    pub stderr: String,
}

/// The cluster.
pub struct Live {
    kubeconfig: PathBuf,
    cache: PathBuf,
    release: OnceLock<String>,
    count: AtomicU32,
}

impl Live {
    pub fn new(kubeconfig: &Path, cache: &Path) -> Self {
        let (kubeconfig, cache) = (kubeconfig.to_owned(), cache.to_owned());
        Self { kubeconfig, cache, release: OnceLock::new(), count: AtomicU32::new(0) }
    }

    /// The kubeconfig of the cluster.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The minor release of the cluster, such as 1.34.
    pub fn release(&self) -> &str {
        self.release.get_or_init(|| {
            let text = self.ok(&["version", "-o", "json"]).expect("the cluster answers");
            let version: serde_json::Value = serde_json::from_str(&text).expect("kubectl prints JSON");
            let minor =
                version["serverVersion"]["minor"].as_str().expect("a minor version").trim_end_matches('+').to_owned();
            format!("1.{minor}")
        })
    }

    /// A name that no other test has.
    pub fn unique(&self, name: &str) -> String {
        format!("{name}-{}-{}", std::process::id(), self.count.fetch_add(1, Ordering::SeqCst))
    }

    /// kubectl, to be told what to do.
    pub fn command(&self) -> Command {
        let mut command = Command::new("kubectl");
        command.arg("--kubeconfig").arg(&self.kubeconfig).arg("--cache-dir").arg(&self.cache);
        command
    }

    /// Runs kubectl with something on its standard input.
    pub fn with_input(&self, args: &[&str], input: &str) -> Output {
        let mut child = self
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        // kubectl that fails early does not read; what it says then is the result
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("kubectl ends");
        Output {
            ok: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs kubectl.
    pub fn run(&self, args: &[&str]) -> Output {
        self.with_input(args, "")
    }

    /// What a command prints that must succeed.
    pub fn ok(&self, args: &[&str]) -> Result<String, Failed> {
        let output = self.run(args);
        if output.ok {
            Ok(output.stdout)
        } else {
            Err(format!("kubectl {}: {}{}", args.join(" "), output.stdout, output.stderr).into())
        }
    }

    /// Applies manifests. Neither the API server nor kubectl may have anything to say about them.
    pub fn apply(&self, manifests: &str) -> Result<(), Failed> {
        silent(self.with_input(&["apply", "--warnings-as-errors", "-f", "-"], manifests))
    }

    /// Applies a folder of files; gives what kubectl says about each object.
    pub fn apply_folder(&self, folder: &Path) -> Result<String, Failed> {
        let output = self.run(&["apply", "--warnings-as-errors", "-R", "-f", folder.to_str().expect("UTF-8")]);
        let said = output.stdout.clone();
        silent(output).map(|()| said)
    }

    /// Applies a kustomization the way the README says, for what the control plane may have made already.
    pub fn apply_server_side(&self, folder: &Path) -> Result<(), Failed> {
        silent(self.run(&["apply", "--server-side", "--warnings-as-errors", "-k", folder.to_str().expect("UTF-8")]))
    }

    /// Waits until a workload has all its pods, or says what keeps them.
    pub fn wait_for_rollout(&self, namespace: &str, workload: &str) -> Result<(), Failed> {
        let output = self.run(&["-n", namespace, "rollout", "status", workload, "--timeout=150s"]);
        self.or_explain(namespace, output)
    }

    /// Waits until the quota of a namespace has been counted: until then the API server refuses every pod.
    pub fn wait_for_quota(&self, namespace: &str) -> Result<(), Failed> {
        let counted = ["wait", "resourcequota", "--all", "--for=jsonpath={.status.hard}", "--timeout=30s"];
        self.ok(&[&["-n", namespace], &counted[..]].concat()).map(drop)
    }

    /// Waits until a Job is complete, or says what keeps it.
    pub fn wait_for_job(&self, namespace: &str, job: &str) -> Result<(), Failed> {
        let output =
            self.run(&["-n", namespace, "wait", "--for=condition=Complete", &format!("job/{job}"), "--timeout=120s"]);
        self.or_explain(namespace, output)
    }

    fn or_explain(&self, namespace: &str, output: Output) -> Result<(), Failed> {
        if output.ok {
            return Ok(());
        }
        let look = |args: &[&str]| self.run(&[&["-n", namespace], args].concat()).stdout;
        let pods = look(&["get", "pods", "-o", "wide"]);
        let events = look(&["get", "events", "--sort-by=.lastTimestamp"]);
        let descriptions = look(&["describe", "pods"]);
        let logs: String = look(&["get", "pods", "-o", "name"])
            .lines()
            .map(|pod| format!("{pod}:\n{}", look(&["logs", pod, "--all-containers", "--prefix", "--tail=20"])))
            .collect();
        Err(format!("{}{}\n{pods}\n{events}\n{descriptions}\n{logs}", output.stdout, output.stderr).into())
    }

    /// Runs a shell command in a container of a workload.
    pub fn exec(&self, namespace: &str, workload: &str, container: &str, script: &str) -> Output {
        self.run(&["-n", namespace, "exec", workload, "-c", container, "--", "sh", "-c", script])
    }

    /// Whether somebody may do something, as the API server sees it.
    pub fn can_i(&self, namespace: &str, identity: &[&str], what: &[&str]) -> Result<bool, Failed> {
        let output = self.run(&[&["-n", namespace, "auth", "can-i"], what, identity].concat());
        match output.stdout.trim() {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(format!("can-i {}: {other} {}", what.join(" "), output.stderr).into()),
        }
    }
}

fn silent(output: Output) -> Result<(), Failed> {
    if output.ok && output.stderr.is_empty() {
        return Ok(());
    }
    Err(format!("kubectl apply was not silent: {}{}", output.stdout, output.stderr).into())
}

/// Tries until it is true; what the cluster does takes a moment.
pub fn eventually(what: &str, mut check: impl FnMut() -> Result<bool, Failed>) -> Result<(), Failed> {
    let end = Instant::now() + Duration::from_secs(40);
    while Instant::now() < end {
        if check()? {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Err(format!("not within 40 seconds: {what}").into())
}

/// A failure unless it holds.
pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(otherwise().into()) }
}
