//! `tightship apiserver adopt` and `stage` on a control plane that runs: encryption forward and back, with requests all the time.
//! It makes a cluster of its own and waits for the API server to read files anew, which takes minutes: `just test-stages` only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::Test;
use crate::hardened::Made;
use crate::kubectl::{Live, ensure};

const TESTS: &[Test] = &[("stages::encryption_there_and_back", encryption)];

/// Only where they are asked for.
pub fn tests() -> &'static [Test] {
    if std::env::var_os("TIGHTSHIP_STAGES").is_some() { TESTS } else { &[] }
}

/// What is asked all the time.
const URLS: [&str; 4] =
    ["/api/v1/secrets", "/api/v1/configmaps", "/api/v1/namespaces/default/secrets/probe", "/api/v1/namespaces"];

/// Requests that do not end until they are told to, with how often each status was answered.
struct Traffic {
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<BTreeMap<String, usize>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Traffic {
    fn start(folder: &Path, server: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
        let threads = URLS.into_iter().map(|path| {
            let (stop, seen, folder) = (Arc::clone(&stop), Arc::clone(&seen), folder.to_owned());
            let url = format!("{server}{path}");
            thread::spawn(move || {
                let mut is_starting = false;
                while !stop.load(Ordering::Relaxed) {
                    let mut curl = Command::new("curl");
                    curl.current_dir(&folder).args(["-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}"]);
                    curl.args(["--cacert", "ca.crt", "--cert", "client.crt", "--key", "client.key", &url]);
                    let status = curl.output().map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
                    let status = status.unwrap_or_default();
                    // a server that is not ready yet knows no rights: nothing would send it requests beside others
                    is_starting = status == "000" || (is_starting && status == "403");
                    let word = if is_starting { format!("000 {path}") } else { format!("{status} {path}") };
                    *seen.lock().unwrap_or_else(PoisonError::into_inner).entry(word).or_default() += 1;
                    thread::sleep(Duration::from_millis(100));
                }
            })
        });
        let threads = threads.collect();
        Self { stop, seen, threads }
    }

    /// Ends it. Nothing but 200 may have been answered; 000 is the server that is started anew, and there is only one.
    fn finish(mut self, starts: usize) -> Result<(), Failed> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = seen.values().sum();
        println!("requests: {all} {seen:?}");
        let wrong: Vec<&String> =
            seen.keys().filter(|key| !key.starts_with("200 ") && !key.starts_with("000 ")).collect();
        ensure(wrong.is_empty(), || format!("answered wrongly: {seen:?}"))?;
        ensure(all > 500, || format!("only {all} requests with {starts} starts: {seen:?}"))
    }
}

fn base64(text: &str) -> Result<Vec<u8>, Failed> {
    let mut child = Command::new("base64")
        .arg("-d")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), text.as_bytes())?;
    Ok(child.wait_with_output()?.stdout)
}

struct Scene {
    live: Live,
    node: String,
    folder: TempDir,
    kubeconfig: PathBuf,
}

impl Scene {
    fn docker(&self, args: &[&str]) -> Result<String, Failed> {
        let output = Command::new("docker").args(args).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure(output.status.success(), || {
            format!("docker {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr))
        })?;
        Ok(text)
    }

    fn tightship(&self, args: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tightship"));
        command.current_dir(self.folder.path()).args(args).env("KUBECONFIG", &self.kubeconfig).env("NO_COLOR", "1");
        let output = command.output().expect("tightship runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    fn runs(&self, args: &[&str]) -> Result<String, Failed> {
        let (ok, said) = self.tightship(args);
        ensure(ok, || format!("tightship {}: {said}", args.join(" ")))?;
        Ok(said)
    }

    /// Writes the files of a stage, puts them on the node as its page says, and waits until it is complete.
    fn reach(&self, stage: usize, restarts: bool) -> Result<(), Failed> {
        let number = stage.to_string();
        self.runs(&["apiserver", "stage", &number])?;
        let from = self.folder.path().join("control-plane/real");
        let copy = |path: &str, to: &str| {
            let from = from.join(path).display().to_string();
            self.docker(&["cp", &from, &format!("{}:{to}", self.node)])
        };
        self.docker(&[
            "exec",
            &self.node,
            "install",
            "-d",
            "-m",
            "0700",
            "/etc/kubernetes/hardening",
            "/var/log/kubernetes/audit",
        ])?;
        copy("hardening/.", "/etc/kubernetes/hardening/")?;
        if restarts {
            copy("manifests/kube-apiserver.yaml", "/root/kube-apiserver.yaml")?;
            self.docker(&[
                "exec",
                &self.node,
                "mv",
                "/root/kube-apiserver.yaml",
                "/etc/kubernetes/manifests/kube-apiserver.yaml",
            ])?;
        }
        let until = Instant::now() + Duration::from_secs(150);
        loop {
            let (ok, said) = self.tightship(&["apiserver", "verify-stage", &number]);
            if ok {
                return Ok(());
            }
            ensure(Instant::now() < until, || format!("stage {stage} is not reached: {said}"))?;
            thread::sleep(Duration::from_secs(2));
        }
    }

    /// Writes everything anew, as the page says.
    fn rewrite(&self) -> Result<(), Failed> {
        let list = self.live.ok(&["get", "secrets,configmaps", "-A", "-o", "json"])?;
        let output = self.live.with_input(&["replace", "-f", "-"], &list);
        ensure(output.ok, || output.stderr)
    }

    /// How many Secrets and ConfigMaps lie in etcd encrypted, and how many do not.
    fn in_etcd(&self) -> Result<(usize, usize), Failed> {
        let pod = format!("etcd-{}", self.node);
        let mut found = (0, 0);
        for prefix in ["/registry/secrets", "/registry/configmaps"] {
            let mut args = vec!["-n", "kube-system", "exec", &pod, "--", "etcdctl", "get", "--prefix", prefix];
            args.extend([
                "--cacert",
                "/etc/kubernetes/pki/etcd/ca.crt",
                "--cert",
                "/etc/kubernetes/pki/etcd/server.crt",
            ]);
            args.extend(["--key", "/etc/kubernetes/pki/etcd/server.key"]);
            // a value begins a line, after that of its key
            for line in self.live.ok(&args)?.lines() {
                if line.starts_with("k8s:enc:secretbox:") {
                    found.0 += 1;
                } else if line.starts_with("k8s\0") {
                    found.1 += 1;
                }
            }
        }
        Ok(found)
    }
}

fn encryption(_: &Live) -> Result<(), Failed> {
    let made = Made::new("stages")?;
    let kubeconfig = made.up_plain()?;
    let folder = TempDir::new()?;
    let live = Live::new(&kubeconfig, &folder.path().join("cache"));
    let scene = Scene { live, node: made.control_plane(), folder, kubeconfig };
    scene.docker(&[
        "cp",
        &format!("{}:/etc/kubernetes/manifests", scene.node),
        &scene.folder.path().join("runs").display().to_string(),
    ])?;
    let release = std::env::var("TIGHTSHIP_NODE_IMAGE").unwrap_or_default();
    let release = release.rsplit_once(":v").map_or("1.34.4", |(_, release)| release);
    scene.runs(&[
        "apiserver",
        "adopt",
        "runs",
        "--platform",
        "static-pod",
        "--name",
        "real",
        "--kubernetes",
        release,
    ])?;
    scene.live.ok(&["create", "secret", "generic", "probe", "--from-literal=key=plain"])?;
    // the certificates of the kubeconfig, for curl
    for (name, path) in [
        ("ca.crt", "{.clusters[0].cluster.certificate-authority-data}"),
        ("client.crt", "{.users[0].user.client-certificate-data}"),
        ("client.key", "{.users[0].user.client-key-data}"),
    ] {
        let text = scene.live.ok(&["config", "view", "--raw", "-o", &format!("jsonpath={path}")])?;
        std::fs::write(scene.folder.path().join(name), base64(&text)?)?;
    }
    let server = scene.live.ok(&["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"])?;
    let traffic = Traffic::start(scene.folder.path(), server.trim());
    scene.reach(2, true)?;
    ensure(scene.in_etcd()?.0 == 0, || "something is encrypted too early".to_owned())?;
    scene.reach(3, false)?;
    scene.rewrite()?;
    let (encrypted, plain) = scene.in_etcd()?;
    ensure(encrypted > 3 && plain == 0, || format!("{encrypted} encrypted, {plain} not"))?;
    // and back
    scene.reach(2, false)?;
    scene.rewrite()?;
    let (encrypted, plain) = scene.in_etcd()?;
    ensure(encrypted == 0 && plain > 3, || format!("on the way back {encrypted} encrypted, {plain} not"))?;
    scene.reach(1, true)?;
    let value = scene.live.ok(&["get", "secret", "probe", "-o", "jsonpath={.data.key}"])?;
    ensure(value == "cGxhaW4=", || format!("the Secret is {value}"))?;
    traffic.finish(2)?;
    made.down()
}
