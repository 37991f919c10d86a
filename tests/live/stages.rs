//! `tightship apiserver adopt` and `stage` on a control plane that runs: every stage forward and back, with requests all the time.
//! It makes a cluster of its own, and waits for servers that start anew and read files anew, which takes minutes:
//! `just test-stages` only.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::Test;
use crate::hardened::Made;
use crate::kubectl::{Live, ensure, eventually};

const TESTS: &[Test] = &[("stages::every_stage_there_and_back", there_and_back)];

/// Only where they are asked for.
pub fn tests() -> &'static [Test] {
    if std::env::var_os("TIGHTSHIP_STAGES").is_some() { TESTS } else { &[] }
}

/// What is asked all the time, of the API server and through it of the kubelet.
const URLS: [&str; 6] = [
    "/api/v1/secrets",
    "/api/v1/configmaps",
    "/api/v1/namespaces/default/secrets/probe",
    "/api/v1/namespaces",
    "/api/v1/namespaces/default/pods/probe/log",
    "/apis/certificates.k8s.io/v1/certificatesigningrequests",
];
const DROP_IN: &str = "/etc/kubernetes/kubelet.conf.d/50-hardening.conf";
const MANIFESTS: &str = "/etc/kubernetes/manifests";
/// What is started from a manifest, the API server first.
const SERVERS: [&str; 3] = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

type Counts = BTreeMap<String, usize>;

/// Requests that do not end until they are told to, with how often each status was answered.
struct Traffic {
    stop: Arc<AtomicBool>,
    /// Whether something is being started anew: there is only one of each, so that requests may fail.
    restarts: Arc<AtomicBool>,
    seen: Arc<Mutex<Counts>>,
    threads: Vec<JoinHandle<()>>,
}

impl Traffic {
    fn start(folder: &Path, server: &str) -> Self {
        let (stop, restarts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let seen: Arc<Mutex<Counts>> = Arc::default();
        let threads = URLS.into_iter().map(|path| {
            let (stop, restarts) = (Arc::clone(&stop), Arc::clone(&restarts));
            let (seen, folder) = (Arc::clone(&seen), folder.to_owned());
            let url = format!("{server}{path}");
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let before = restarts.load(Ordering::Relaxed);
                    let mut curl = Command::new("curl");
                    curl.current_dir(&folder).args(["-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}"]);
                    curl.args(["--cacert", "ca.crt", "--cert", "client.crt", "--key", "client.key", &url]);
                    let status = curl.output().map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
                    let status = status.unwrap_or_default();
                    let tolerated = status != "200" && (before || restarts.load(Ordering::Relaxed));
                    let word = if tolerated { format!("restart {status}") } else { format!("{status} {path}") };
                    *seen.lock().unwrap_or_else(PoisonError::into_inner).entry(word).or_default() += 1;
                    thread::sleep(Duration::from_millis(100));
                }
            })
        });
        let threads = threads.collect();
        Self { stop, restarts, seen, threads }
    }

    /// Ends it. Nothing but 200 may have been answered while nothing was started anew.
    fn finish(mut self) -> Result<(), Failed> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = seen.values().sum();
        eprintln!("requests: {all} {seen:#?}");
        let is_good = |key: &&String| key.starts_with("200 ") || key.starts_with("restart ");
        ensure(seen.keys().all(|key| is_good(&key)), || format!("answered wrongly: {seen:#?}"))?;
        ensure(all > 1000, || format!("only {all} requests: {seen:#?}"))
    }
}

fn base64(text: &str) -> Result<Vec<u8>, Failed> {
    let mut child = Command::new("base64").arg("-d").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().expect("a pipe").write_all(text.as_bytes())?;
    Ok(child.wait_with_output()?.stdout)
}

struct Scene {
    live: Live,
    node: String,
    folder: TempDir,
    kubeconfig: PathBuf,
    traffic: Option<Traffic>,
}

impl Scene {
    fn docker(&self, args: &[&str]) -> Result<String, Failed> {
        let output = Command::new("docker").args(args).output()?;
        ensure(output.status.success(), || {
            format!("docker {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr))
        })?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn on_node(&self, args: &[&str]) -> Result<String, Failed> {
        self.docker(&[&["exec", &self.node], args].concat())
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

    fn restarts(&self, is_it: bool) {
        if let Some(traffic) = &self.traffic {
            traffic.restarts.store(is_it, Ordering::Relaxed);
        }
    }

    /// Puts a file on the node; whether it was another before.
    fn put(&self, from: &Path, to: &str) -> Result<bool, Failed> {
        let old = self.on_node(&["sh", "-c", &format!("cat {to} 2>/dev/null || true")])?;
        if old == std::fs::read_to_string(from)? {
            return Ok(false);
        }
        // in two steps, so that nothing is started from half a file
        self.docker(&["cp", &from.display().to_string(), &format!("{}:/root/new", self.node)])?;
        self.on_node(&["mv", "/root/new", to])?;
        Ok(true)
    }

    /// Writes the files of a stage, puts them on the node as its page says, and waits until it is complete.
    fn reach(&self, stage: usize) -> Result<(), Failed> {
        let begun = Instant::now();
        let number = stage.to_string();
        self.runs(&["apiserver", "stage", &number])?;
        let from = self.folder.path().join("control-plane/real");
        self.on_node(&["install", "-d", "-m", "0700", "/etc/kubernetes/hardening", "/var/log/kubernetes/audit"])?;
        for file in std::fs::read_dir(from.join("hardening"))? {
            let name = file?.file_name().to_string_lossy().into_owned();
            self.put(&from.join("hardening").join(&name), &format!("/etc/kubernetes/hardening/{name}"))?;
        }
        let manifest =
            |server: &str| (from.join(format!("manifests/{server}.yaml")), format!("{MANIFESTS}/{server}.yaml"));
        for server in SERVERS {
            let (from, to) = manifest(server);
            let is_new = std::fs::read_to_string(&from)? != self.on_node(&["cat", &to])?;
            if is_new {
                self.restarts(true);
                self.put(&from, &to)?;
            }
        }
        if self.put(&from.join("kubelet.yaml"), DROP_IN)? {
            self.restarts(true);
            self.on_node(&["systemctl", "restart", "kubelet"])?;
        }
        let until = Instant::now() + Duration::from_secs(240);
        loop {
            self.approve();
            let (ok, said) = self.tightship(&["apiserver", "verify-stage", &number]);
            if ok && self.live.run(&["get", "--raw", "/readyz"]).ok {
                break;
            }
            ensure(Instant::now() < until, || format!("stage {stage} is not reached: {said}"))?;
            thread::sleep(Duration::from_secs(2));
        }
        // the kubelet answers again
        eventually("the log of a pod", || Ok(self.live.run(&["logs", "probe"]).ok))?;
        self.restarts(false);
        ensure(self.live.ok(&["exec", "probe", "--", "echo", "here"])? == "here\n", || "exec".to_owned())?;
        eprintln!("stage {stage} after {} s", begun.elapsed().as_secs());
        // time in which nothing may fail
        thread::sleep(Duration::from_secs(5));
        Ok(())
    }

    /// Approves what kubelets ask for, as a person would who looked at it.
    fn approve(&self) {
        let list = self.live.run(&["get", "csr", "-o", "name"]);
        for name in list.stdout.lines() {
            let name = name.rsplit('/').next().unwrap_or(name);
            let _ = self.live.run(&["certificate", "approve", name]);
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
        let pki = "/etc/kubernetes/pki/etcd";
        let files = [("cacert", "ca.crt"), ("cert", "server.crt"), ("key", "server.key")];
        let files = files.map(|(flag, name)| format!("--{flag}={pki}/{name}"));
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let mut found = (0, 0);
        for prefix in ["/registry/secrets", "/registry/configmaps"] {
            let get = ["-n", "kube-system", "exec", &pod, "--", "etcdctl", "get", "--prefix", prefix];
            // a value begins a line, after that of its key
            for line in self.live.ok(&[&get[..], &files[..]].concat())?.lines() {
                if line.starts_with("k8s:enc:secretbox:") {
                    found.0 += 1;
                } else if line.starts_with("k8s\0") {
                    found.1 += 1;
                }
            }
        }
        Ok(found)
    }

    /// A kubelet that reads its drop-ins, a pod to look at, and the certificates of the kubeconfig for curl.
    fn prepare(&self) -> Result<String, Failed> {
        self.on_node(&["install", "-d", "/etc/kubernetes/kubelet.conf.d"])?;
        let add = "sed -i 's|^KUBELET_EXTRA_ARGS=|&--config-dir=/etc/kubernetes/kubelet.conf.d |' /etc/default/kubelet && systemctl restart kubelet";
        self.on_node(&["sh", "-c", add])?;
        self.live.ok(&["create", "secret", "generic", "probe", "--from-literal=key=plain"])?;
        let run = ["run", "probe", "--image=busybox:1.37", "--image-pull-policy=IfNotPresent", "--"];
        self.live.ok(&[&run[..], &["sh", "-c", "echo hello; exec sleep 36000"]].concat())?;
        self.live.ok(&["wait", "--for=condition=Ready", "pod/probe", "--timeout=120s"])?;
        for (name, path) in [
            ("ca.crt", "{.clusters[0].cluster.certificate-authority-data}"),
            ("client.crt", "{.users[0].user.client-certificate-data}"),
            ("client.key", "{.users[0].user.client-key-data}"),
        ] {
            let text = self.live.ok(&["config", "view", "--raw", "-o", &format!("jsonpath={path}")])?;
            std::fs::write(self.folder.path().join(name), base64(&text)?)?;
        }
        self.live.ok(&["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"])
    }

    /// Reads what runs, and writes the spec; how many stages it has.
    fn adopt(&self, release: &str) -> Result<usize, Failed> {
        let runs = self.folder.path().join("runs");
        self.docker(&["cp", &format!("{}:{MANIFESTS}", self.node), &runs.display().to_string()])?;
        let args =
            ["apiserver", "adopt", "runs", "--platform", "static-pod", "--name", "real", "--kubernetes", release];
        self.runs(&args)?;
        let listed = self.runs(&["apiserver", "stage"])?;
        Ok(listed.lines().filter(|line| line.starts_with("  ")).count())
    }

    /// What has to hold at a stage, beyond its flags.
    fn look(&self, name: &str) -> Result<(), Failed> {
        let (encrypted, plain) = self.in_etcd()?;
        match name {
            "audit" | "read-keys" => ensure(encrypted == 0 && plain > 3, || format!("{name}: {encrypted} encrypted")),
            "rewrite" => ensure(encrypted > 3 && plain == 0, || format!("{name}: {encrypted} encrypted, {plain} not")),
            "admission" => {
                let refused =
                    self.live.run(&["run", "root", "--image=busybox:1.37", "--privileged", "--dry-run=server"]);
                ensure(!refused.ok && refused.stderr.contains("violates PodSecurity"), || refused.stderr)
            }
            _ => Ok(()),
        }
    }
}

/// The names of the stages, in their order.
const STAGES: [&str; 8] =
    ["audit", "read-keys", "encrypt", "rewrite", "request-certificates", "verify-kubelets", "access", "admission"];

fn there_and_back(_: &Live) -> Result<(), Failed> {
    let made = Made::new("stages")?;
    let kubeconfig = made.up_plain()?;
    let folder = TempDir::new()?;
    let live = Live::new(&kubeconfig, &folder.path().join("cache"));
    let release = live.release().to_owned();
    let mut scene = Scene { live, node: made.control_plane(), folder, kubeconfig, traffic: None };
    let count = scene.adopt(&release)?;
    ensure(count == STAGES.len(), || format!("{count} stages"))?;
    let server = scene.prepare()?;
    scene.traffic = Some(Traffic::start(scene.folder.path(), server.trim()));
    for (at, name) in STAGES.iter().enumerate() {
        scene.reach(at + 1)?;
        if *name == "rewrite" {
            scene.rewrite()?;
        }
        scene.look(name)?;
    }
    for (at, name) in STAGES.iter().enumerate().rev().skip(1) {
        scene.reach(at + 1)?;
        // on the way back everything is written anew as soon as the key is no longer first
        if *name == "read-keys" {
            scene.rewrite()?;
        }
        if !matches!(*name, "rewrite" | "encrypt") {
            scene.look(name)?;
        }
    }
    let value = scene.live.ok(&["get", "secret", "probe", "-o", "jsonpath={.data.key}"])?;
    ensure(value == "cGxhaW4=", || format!("the Secret is {value}"))?;
    if let Some(traffic) = scene.traffic.take() {
        traffic.finish()?;
    }
    made.down()
}
