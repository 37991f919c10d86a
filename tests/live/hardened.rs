//! `tightship cluster`: a hardened cluster does what its flags promise, and goes without a trace. These tests make clusters of
//! their own, one after the other.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::Value;
use tempfile::TempDir;

use crate::Test;
use crate::cluster::{self, PREFIX, Reaper};
use crate::kubectl::{Live, ensure, eventually};

/// First in the list of all tests: it takes longest.
pub const FIRST: &[Test] = &[("hardened::one_node", one_node)];
/// Last in it, so that the tests on the common cluster do not wait for the turn of these.
pub const LAST: &[Test] = &[("hardened::three_nodes", three_nodes), ("hardened::interrupted", interrupted)];

/// At most one more cluster at a time.
pub static TURN: Mutex<()> = Mutex::new(());

/// Seconds to watch the API server for restarts.
const WATCH: &str = "TIGHTSHIP_WATCH";

const SECRET: &str = "correct-horse-battery-staple";

/// A cluster of `tightship cluster`, gone when dropped, or when this process is.
pub struct Made {
    name: String,
    folder: TempDir,
    reaper: Reaper,
}

impl Made {
    /// A cluster to be made.
    pub fn new(what: &str) -> Result<Self, Failed> {
        let name = format!("{PREFIX}{}-{what}", std::process::id());
        let folder = TempDir::new()?;
        let reaper = Reaper::start(&name, &folder.path().join("none"))?;
        Ok(Self { name, folder, reaper })
    }

    fn command(&self, args: &[&str]) -> Command {
        // whoever runs the tests may ignore signals, as a shell in the background does
        let mut command = Command::new("env");
        command.args(["--default-signal", env!("CARGO_BIN_EXE_tightship")]);
        command.arg("cluster").args(args).args(["--name", &self.name]).stdin(Stdio::null());
        command.arg("--dir").arg(self.folder.path()).env("NO_COLOR", "1");
        command
    }

    /// Runs a command that must give this exit code; what it printed.
    fn run(&self, args: &[&str], code: i32) -> Result<(String, String), Failed> {
        let output = self.command(args).output()?;
        let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        ensure(output.status.code() == Some(code), || format!("cluster {}: {stdout}{stderr}", args.join(" ")))?;
        Ok((stdout, stderr))
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// Makes the cluster, hardened; kubectl for it.
    fn up(&self, args: &[&str]) -> Result<Live, Failed> {
        let (stdout, stderr) = self.run(&[&["up", "--hardened"], args].concat(), 0)?;
        let kubeconfig = self.home().join("kubeconfig");
        let line = format!("export KUBECONFIG={}\n", kubeconfig.display());
        ensure(stdout == line, || format!("printed {stdout}"))?;
        ensure(stderr.contains(", hardened, "), || stderr)?;
        Ok(Live::new(&kubeconfig, &self.folder.path().join("cache")))
    }

    /// Makes the cluster as kind has it; its kubeconfig.
    pub fn up_plain(&self) -> Result<PathBuf, Failed> {
        self.run(&["up"], 0)?;
        Ok(self.home().join("kubeconfig"))
    }

    pub fn control_plane(&self) -> String {
        format!("{}-control-plane", self.name)
    }

    /// Deletes the cluster; nothing may be left.
    pub fn down(&self) -> Result<(), Failed> {
        self.run(&["down"], 0)?;
        self.is_gone()
    }

    fn is_gone(&self) -> Result<(), Failed> {
        let nodes = self.nodes()?;
        ensure(nodes.is_empty(), || format!("there still are {nodes}"))?;
        ensure(!self.home().exists(), || format!("{} is still there", self.home().display()))
    }

    fn nodes(&self) -> Result<String, Failed> {
        cluster::nodes(&self.name)
    }

    /// The status of an anonymous request from within a node: 000 where nothing answers.
    fn anonymous(&self, node: &str, url: &str) -> Result<String, Failed> {
        let curl = ["curl", "--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}", url];
        let output = Command::new("docker").args(["exec", node]).args(curl).output()?;
        Ok(String::from_utf8(output.stdout)?)
    }

    fn answers(&self, node: &str, url: &str, expected: &str) -> Result<(), Failed> {
        let found = self.anonymous(node, url)?;
        ensure(found == expected, || format!("{url} answers {found} to nobody, not {expected}"))
    }

    /// The kubelet of a node tells nobody anything.
    fn kubelet_is_closed(&self, node: &str) -> Result<(), Failed> {
        self.answers(node, "https://127.0.0.1:10250/pods", "401")?;
        self.answers(node, "http://127.0.0.1:10255/pods", "000")
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        self.reaper.finish();
    }
}

fn one_node(live: &Live) -> Result<(), Failed> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let kubeconfig = || std::fs::read(PathBuf::from(std::env::var_os("HOME")?).join(".kube/config")).ok();
    let before = kubeconfig();
    let made = Made::new("one")?;
    let cluster = made.up(&["--kubernetes", live.release()])?;
    let ready = Instant::now();
    let node = made.control_plane();

    for path in ["livez", "readyz", "healthz"] {
        made.answers(&node, &format!("https://127.0.0.1:6443/{path}"), "200")?;
    }
    for path in ["version", "api", "livez/ping", "api/v1/namespaces/kube-public/configmaps/cluster-info"] {
        made.answers(&node, &format!("https://127.0.0.1:6443/{path}"), "401")?;
    }
    made.kubelet_is_closed(&node)?;

    encrypted(&cluster, &node)?;
    privileged_is_refused(&cluster)?;
    logs_and_exec(&cluster, &node)?;
    audited(&cluster, &node)?;

    let (status, _) = made.run(&["status"], 0)?;
    for part in ["flags, as the baseline of", "6443   kube-apiserver", "the kubelet's health"] {
        ensure(status.contains(part), || format!("`{part}` is not in {status}"))?;
    }
    ensure(!status.contains("should be"), || status)?;
    stays_up(&cluster, &node, ready)?;
    made.down()?;
    made.run(&["down"], 0)?;
    ensure(kubeconfig() == before, || "the user's own kubeconfig changed".to_owned())
}

/// What etcd has of a Secret and a ConfigMap does not say what they say; of other objects it does.
fn encrypted(cluster: &Live, node: &str) -> Result<(), Failed> {
    let literal = format!("--from-literal=password={SECRET}");
    cluster.ok(&["create", "secret", "generic", "plain", &literal])?;
    cluster.ok(&["create", "configmap", "plain", &literal])?;
    let pki = "/etc/kubernetes/pki/etcd";
    let read = |key: &str| {
        let pod = format!("etcd-{node}");
        let files = [("cacert", "ca.crt"), ("cert", "server.crt"), ("key", "server.key")];
        let files = files.map(|(flag, name)| format!("--{flag}={pki}/{name}"));
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let exec = ["-n", "kube-system", "exec", &pod, "--", "etcdctl", "--endpoints=https://127.0.0.1:2379"];
        let output = cluster.run(&[&exec[..], &files[..], &["get", key]].concat());
        ensure(output.ok && output.stdout.contains(key), || format!("{key}: {}{}", output.stdout, output.stderr))?;
        Ok::<_, Failed>(output.stdout)
    };
    for key in ["/registry/secrets/default/plain", "/registry/configmaps/default/plain"] {
        let stored = read(key)?;
        ensure(!stored.contains(SECRET) && !stored.contains("password"), || format!("etcd shows {key}"))?;
        ensure(stored.contains("k8s:enc:secretbox:v1:"), || format!("{key} is not encrypted by secretbox"))?;
    }
    let open = read("/registry/namespaces/kube-public")?;
    ensure(open.contains("kubernetes.io/metadata.name"), || "nothing can be read in etcd".to_owned())
}

fn privileged_is_refused(cluster: &Live) -> Result<(), Failed> {
    cluster.ok(&["create", "namespace", "fresh"])?;
    // the controller may not have made the account yet
    eventually("the account of a namespace", || {
        Ok(cluster.run(&["-n", "fresh", "get", "serviceaccount", "default"]).ok)
    })?;
    let refused = cluster.run(&["-n", "fresh", "run", "root", "--image=busybox:1.37", "--privileged"]);
    let reason = "violates PodSecurity \"baseline:v1.";
    ensure(!refused.ok && refused.stderr.contains(reason), || format!("{}{}", refused.stdout, refused.stderr))
}

/// The API server reaches the kubelet, whose certificate it checks.
fn logs_and_exec(cluster: &Live, node: &str) -> Result<(), Failed> {
    let overrides = format!("{{\"spec\": {{\"nodeName\": \"{node}\"}}}}");
    let run = ["run", "pod", "--image=busybox:1.37", "--image-pull-policy=IfNotPresent", "--overrides", &overrides];
    cluster.ok(&[&run[..], &["--", "sh", "-c", "echo hello; exec sleep 3600"]].concat())?;
    cluster.ok(&["wait", "--for=condition=Ready", "pod/pod", "--timeout=90s"])?;
    let logs = cluster.ok(&["logs", "pod"])?;
    let said = cluster.ok(&["exec", "pod", "--", "echo", "here"])?;
    ensure((logs.as_str(), said.as_str()) == ("hello\n", "here\n"), || format!("logs: {logs}, exec: {said}"))
}

/// The audit log holds what the policy wants, and nothing of what it leaves out.
fn audited(cluster: &Live, node: &str) -> Result<(), Failed> {
    cluster.ok(&["get", "secret", "plain"])?;
    cluster.ok(&["create", "role", "reader", "--verb=get", "--resource=pods"])?;
    let output = Command::new("docker").args(["exec", node, "cat", "/var/log/kubernetes/audit/audit.log"]).output()?;
    let log = String::from_utf8(output.stdout)?;
    ensure(!log.contains(SECRET), || "the audit log shows a secret".to_owned())?;
    let events: Vec<Value> = log.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    for path in ["/livez", "/readyz", "/healthz"] {
        let noise = events.iter().find(|it| it["requestURI"].as_str().is_some_and(|uri| uri.starts_with(path)));
        ensure(noise.is_none(), || format!("the audit log has a health probe: {}", noise.unwrap_or(&Value::Null)))?;
    }
    let object = |it: &Value| (it["objectRef"]["resource"].clone(), it["objectRef"]["subresource"].clone());
    // what was done, by which verb, and at which level
    for (resource, subresource, verb, level) in [
        ("secrets", "", "create", "Metadata"),
        ("secrets", "", "get", "Metadata"),
        ("configmaps", "", "create", "Metadata"),
        ("pods", "", "create", "Request"),
        ("pods", "exec", "get", "Metadata"),
        ("roles", "", "create", "RequestResponse"),
    ] {
        let is_it = |it: &&Value| {
            let (found, part) = object(it);
            let user = it["user"]["username"].as_str().is_some_and(|user| user == "kubernetes-admin");
            user && found == resource && part.as_str().unwrap_or_default() == subresource
        };
        // exec is a get or a create, as kubectl likes
        let fits = |it: &&Value| it["verb"] == verb || (subresource == "exec" && it["verb"] == "create");
        let found: Vec<&Value> = events.iter().filter(is_it).filter(fits).collect();
        let what = || format!("{verb} {resource}/{subresource} at level {level}: {found:?}");
        ensure(!found.is_empty() && found.iter().all(|it| it["level"] == level), what)?;
        let bodies = (level == "Request" || level == "RequestResponse", level == "RequestResponse");
        let has = |it: &&Value| (it.get("requestObject").is_some(), it.get("responseObject").is_some()) == bodies;
        // what was refused has no answer worth the name
        let allowed = |it: &&&Value| it["responseStatus"]["code"] != 403;
        ensure(found.iter().filter(allowed).all(has), what)?;
    }
    Ok(())
}

/// The probes find the API server well: it is not restarted.
fn stays_up(cluster: &Live, node: &str, ready: Instant) -> Result<(), Failed> {
    let seconds = std::env::var(WATCH).ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let watched = ready + Duration::from_secs(seconds);
    let pod = format!("kube-apiserver-{node}");
    let look = || {
        let path = "jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}";
        cluster.ok(&["-n", "kube-system", "get", "pod", &pod, "-o", path])
    };
    loop {
        let found = look()?;
        ensure(found == "0 true", || format!("the API server: restarts and readiness are {found}"))?;
        let left = watched.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left.min(Duration::from_secs(5)));
    }
    let selector = format!("reason=Unhealthy,involvedObject.name={pod}");
    let events = cluster.ok(&["-n", "kube-system", "get", "events", "-o", "name", "--field-selector", &selector])?;
    ensure(events.is_empty(), || format!("probes failed: {events}"))
}

fn three_nodes(live: &Live) -> Result<(), Failed> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let made = Made::new("three")?;
    let cluster = made.up(&["--nodes", "3"])?;
    let nodes = made.nodes()?;
    ensure(nodes.lines().count() == 3, || format!("the nodes are {nodes}"))?;
    cluster.ok(&["wait", "--for=condition=Ready", "nodes", "--all", "--timeout=1s"])?;
    for node in nodes.lines() {
        made.kubelet_is_closed(node)?;
    }
    logs_and_exec(&cluster, &format!("{}-worker2", made.name))?;
    let (status, _) = made.run(&["status"], 0)?;
    for node in nodes.lines() {
        ensure(status.contains(&format!("ports open on {node}\n")), || status.clone())?;
    }
    // the cluster of the other tests was not made by `tightship cluster`
    let other = live.ok(&["get", "nodes", "-o", "jsonpath={.items[0].metadata.name}"])?;
    let other = other.trim_end_matches("-control-plane");
    let mut down = Command::new(env!("CARGO_BIN_EXE_tightship"));
    let down = down.args(["cluster", "down", "--name", other, "--dir"]).arg(made.folder.path()).output()?;
    let said = String::from_utf8(down.stderr)?;
    ensure(said.contains("tightship did not make the kind cluster"), || said)?;
    live.ok(&["get", "nodes"])?;
    made.down()
}

/// Ended in the middle of it, nothing is left.
fn interrupted(_: &Live) -> Result<(), Failed> {
    use std::io::{BufRead, BufReader, Read};
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let made = Made::new("half")?;
    let mut child = made.command(&["up"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut said = String::new();
    while !said.contains("kind: preparing nodes") {
        ensure(stderr.read_line(&mut said)? > 0, || said.clone())?;
    }
    let nodes = made.nodes()?;
    ensure(!nodes.is_empty(), || "there is no node to leave behind yet".to_owned())?;
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status()?;
    stderr.read_to_string(&mut said)?;
    let code = child.wait()?.code();
    ensure(code == Some(130), || format!("{code:?}: {said}"))?;
    made.is_gone()
}
