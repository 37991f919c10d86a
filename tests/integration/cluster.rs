//! Clusters without any: docker and kind are played by scripts that write down what they are asked.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Folder, Ran, heed_signals};

const REQUEST: &str = r#"{"items": [
  {"metadata": {"name": "csr-node"}, "status": {}, "spec": {"signerName": "kubernetes.io/kubelet-serving",
    "username": "system:node:a-control-plane", "usages": ["digital signature", "server auth"]}},
  {"metadata": {"name": "csr-stranger"}, "status": {}, "spec": {"signerName": "kubernetes.io/kubelet-serving",
    "username": "system:node:other", "usages": ["digital signature", "server auth"]}},
  {"metadata": {"name": "csr-user"}, "status": {}, "spec": {"signerName": "kubernetes.io/kube-apiserver-client",
    "username": "system:node:a-control-plane", "usages": ["digital signature", "client auth"]}},
  {"metadata": {"name": "csr-client"}, "status": {}, "spec": {"signerName": "kubernetes.io/kubelet-serving",
    "username": "system:node:a-control-plane", "usages": ["server auth", "client auth"]}}
]}"#;
const NODES: &str = r#"{"items": [{"metadata": {"name": "a-control-plane"}, "status": {
  "nodeInfo": {"kubeletVersion": "v1.34.4"}, "conditions": [{"type": "Ready", "status": "True"}]}}]}"#;
const FOREIGN: &str = r#"[{"Name": "/a-control-plane", "State": {"Status": "running"}, "Config": {"Labels": {
  "io.x-k8s.kind.role": "control-plane"}}, "HostConfig": {"Binds": ["/lib/modules:/lib/modules:ro"]}}]"#;

/// A machine with a docker and a kind that are played.
struct Machine(Folder);

impl Machine {
    fn new() -> Self {
        let machine = Self(Folder::new());
        std::fs::create_dir(machine.0.path("bin")).unwrap();
        machine.has("docker", "docker");
        machine.has("kind", "kind");
        for (name, text) in [
            ("log", ""),
            ("version", "v1.34.4\n"),
            ("kind", "kind v0.33.0 go1.26.8 linux/amd64\n"),
            ("requests", REQUEST),
            ("list", NODES),
        ] {
            machine.set(name, text);
        }
        machine
    }

    /// Puts a program onto its PATH, which the script of that name plays.
    fn has(&self, program: &str, script: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cluster").join(script);
        symlink(script, self.0.path("bin").join(program)).unwrap();
    }

    fn has_no(&self, program: &str) {
        std::fs::remove_file(self.0.path("bin").join(program)).unwrap();
    }

    /// How the machine answers from now on.
    fn set(&self, name: &str, text: &str) {
        self.0.write(&format!("fake/{name}"), text);
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.0.command(&["cluster"]);
        command.args(args).args(["--name", "a"]).env("PATH", self.0.path("bin")).env("FAKE", self.0.path("fake"));
        command.env("TIGHTSHIP_CLUSTERS", self.0.path("clusters")).env("TIGHTSHIP_NODE_IMAGE", "node:1");
        command.env_remove("KIND_EXPERIMENTAL_PROVIDER");
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    fn log(&self) -> String {
        self.0.read("fake/log")
    }

    fn folder(&self) -> std::path::PathBuf {
        self.0.path("clusters/a")
    }

    /// Nothing was made, or all of it is gone.
    #[track_caller]
    fn has_nothing(&self) {
        assert!(!self.0.path("fake/nodes").exists(), "the cluster is there");
        assert!(!self.folder().exists(), "its folder is there");
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[cfg(feature = "cluster")]
#[test]
fn a_lab_for_a_newer_release_says_so_before_a_cluster_is_made() {
    let machine = Machine::new();
    let mut command = machine.0.command(&["lab", "start", "static-policies"]);
    command.env("PATH", machine.0.path("bin")).env("FAKE", machine.0.path("fake"));
    command.env("TIGHTSHIP_NODE_IMAGE", "node:1").env_remove("KIND_EXPERIMENTAL_PROVIDER");
    Ran::of(command.output().unwrap())
        .exits(3)
        .says(&["static-policies needs Kubernetes 1.37 or newer, and node:1 has v1.34.4: take another image"]);
    assert!(!machine.log().contains("kind create"), "{}", machine.log());
}

#[test]
fn a_hardened_cluster_comes_and_goes() {
    let machine = Machine::new();
    let ran = machine.run(&["up", "--hardened", "--kubernetes", "1.34"]).exits(0);
    let folder = machine.folder().canonicalize().unwrap();
    let control_plane = folder.join("control-plane/a");
    assert_eq!(ran.stdout, format!("export KUBECONFIG={}/kubeconfig\n", folder.display()));
    for part in ["s  kind: preparing nodes\n", "a: Kubernetes 1.34.4, hardened, 1 node, ready after"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }

    let log = machine.log();
    let create = format!(
        "kind create cluster --image node:1 --config {}/kind.yaml --name a --kubeconfig {}/kubeconfig\nprovider docker\n",
        control_plane.display(),
        folder.display()
    );
    assert!(log.contains(&create), "{log}");
    // of all requests, only that of a node's kubelet to serve
    let approved = "--request-timeout=10s certificate approve csr-node\n";
    assert!(log.contains(approved) && log.matches("certificate approve").count() == 1, "{log}");

    assert_eq!(mode(&folder), 0o700);
    let key = control_plane.join("hardening/encryption.yaml");
    assert_eq!(mode(&key), 0o600);
    let key = std::fs::read_to_string(key).unwrap();
    let secret = key.lines().find_map(|line| line.trim().strip_prefix("secret: ")).unwrap_or_else(|| panic!("{key}"));
    assert!(!format!("{}{}{log}", ran.stdout, ran.stderr).contains(secret.trim_matches('"')));

    // two nodes of the name cannot be, and the one that is there stays
    machine.run(&["up"]).exits(2).says(&["there is a cluster a of yours already"]);
    machine.run(&["down"]).exits(0).says(&["a: deleted"]);
    machine.has_nothing();
    let delete = format!("kind delete cluster --name a --kubeconfig {}/kubeconfig\n", folder.display());
    assert!(machine.log().contains(&delete), "{}", machine.log());
    machine.run(&["down"]).exits(0).says(&["a: there is no such cluster; nothing to do"]);
}

#[test]
fn a_plain_cluster_has_no_hardening() {
    let machine = Machine::new();
    machine.set("requests", r#"{"items": []}"#);
    machine.run(&["up", "--nodes", "3"]).exits(0);
    let config = machine.0.read("clusters/a/kind.yaml");
    assert_eq!((config.matches("role: control-plane").count(), config.matches("role: worker").count()), (1, 2));
    assert!(!config.contains("kubeadmConfigPatches") && !machine.log().contains("certificate"), "{config}");
    machine.run(&["down"]).exits(0);
    machine.has_nothing();
}

#[test]
fn each_thing_that_is_missing_has_one_message() {
    // what is wrong with the machine, the arguments, and what is said
    type Case<'a> = (&'a dyn Fn(&Machine), &'a [&'a str], &'a str);
    let remove = |name: &'static str| move |machine: &Machine| std::fs::remove_file(machine.0.path(name)).unwrap();
    let set = |name: &'static str, text: &'static str| move |machine: &Machine| machine.set(name, text);
    let cases: &[Case<'_>] = &[
        (&remove("bin/docker"), &[], "docker is not on the PATH: https://docs.docker.com/engine/install"),
        (&set("down", ""), &[], "Docker does not answer: start it, or see whether you may use it with `docker info`"),
        (&remove("bin/kind"), &[], "kind is not on the PATH: https://kind.sigs.k8s.io"),
        (&|_| {}, &["--image", ""], "no node image: use --image kindest/node:v1.34.0, or set TIGHTSHIP_NODE_IMAGE"),
        (&set("no-image", ""), &[], "the image node:1 is not here, and Docker cannot pull it"),
        (&remove("fake/version"), &[], "node:1 is not a node image of kind"),
        (&set("version", "v1.29.2"), &[], "node:1 has Kubernetes v1.29.2, and tightship knows 1.33 to 1.37"),
        (&|_| {}, &["--kubernetes", "1.36"], "node:1 has Kubernetes v1.34.4, not 1.36: name an image of 1.36"),
        (
            &|machine| {
                machine.set("kind", "kind v0.31.0 go1.25.5 linux/amd64\n");
                machine.set("version", "v1.36.1");
            },
            &["--hardened"],
            "kind v0.31.0 cannot set up Kubernetes 1.36 as it should be: 0.32 or newer can",
        ),
    ];
    for (break_it, args, message) in cases {
        let machine = Machine::new();
        break_it(&machine);
        let ran = machine.run(&[&["up"], *args].concat()).exits(2).says(&[message, "  not done\n"]);
        assert_eq!(ran.stderr.matches("error:").count(), 1, "{}", ran.stderr);
        assert!(!machine.log().contains("kind create"), "{message}: {}", machine.log());
        machine.has_nothing();
    }
}

#[test]
fn podman_is_taken_where_it_is_alone_or_wanted() {
    let alone = Machine::new();
    alone.has_no("docker");
    let both = Machine::new();
    for machine in [&alone, &both] {
        machine.has("podman", "docker");
        let run = |args: &[&str]| {
            let mut command = machine.command(args);
            if machine.0.path("bin/docker").exists() {
                command.env("KIND_EXPERIMENTAL_PROVIDER", "podman");
            }
            Ran::of(command.output().unwrap())
        };
        run(&["up", "--hardened"]).exits(0);
        run(&["status"]).says(&["a: Kubernetes 1.34.4, hardened, image node:1\n"]);
        run(&["down"]).exits(0).says(&["a: deleted"]);
        machine.has_nothing();
        let log = machine.log();
        for part in
            ["podman info --format", "podman run --rm", "provider podman\n", "podman exec a-control-plane kubectl"]
        {
            assert!(log.contains(part), "{part} is not in\n{log}");
        }
        assert!(!log.contains("docker"), "{log}");
        machine.set("down", "");
        run(&["up"])
            .exits(2)
            .says(&["Podman does not answer: start it, or see whether you may use it with `podman info`"]);
    }
    both.has_no("podman");
    let mut command = both.command(&["up"]);
    Ran::of(command.env("KIND_EXPERIMENTAL_PROVIDER", "podman").output().unwrap())
        .exits(2)
        .says(&["podman is not on the PATH: https://podman.io"]);
}

#[test]
fn docker_is_taken_where_both_are() {
    let machine = Machine::new();
    machine.has("podman", "docker");
    machine.run(&["up", "--hardened"]).exits(0);
    assert!(machine.log().contains("provider docker\n") && !machine.log().contains("podman"), "{}", machine.log());
}

#[test]
fn names_and_counts_are_checked_first() {
    let machine = Machine::new();
    for args in [["--nodes", "0"], ["--nodes", "11"], ["--kubernetes", "1.20"], ["--dir", ""]] {
        machine.run(&[&["up"], &args[..]].concat()).exits(2);
    }
    for name in ["", "-a", "a/b", "../a", "A", "a234567890123456789012345678901234567890z"] {
        let name = format!("--name={name}");
        Ran::of(machine.0.command(&["cluster", "down", &name]).env("PATH", "").output().unwrap())
            .exits(2)
            .says(&["expected lower case letters, digits and `-`"]);
    }
    assert_eq!(machine.log(), "");
    machine.run(&["up", "--dir", "a:b"]).exits(2).says(&["Docker cannot mount a folder with `:` in its path"]);
}

#[test]
fn what_others_made_stays() {
    let machine = Machine::new();
    machine.set("nodes", FOREIGN);
    machine.run(&["up"]).exits(2).says(&["there is a kind cluster a already, which tightship did not make here"]);
    for command in ["down", "status"] {
        machine.run(&[command]).exits(2).says(&["tightship did not make the kind cluster a"]);
    }
    // not even when a folder says that there was one of ours of this name
    machine.0.write("clusters/a/cluster.json", r#"{"format": 1, "name": "a"}"#);
    machine.run(&["down"]).exits(2).says(&["tightship did not make the kind cluster a"]);
    assert!(!machine.log().contains("kind delete") && machine.folder().exists());
}

#[test]
fn a_folder_in_the_way_is_told() {
    let machine = Machine::new();
    machine.0.write("clusters/a/notes.txt", "mine");
    machine.run(&["up"]).exits(2).says(&["clusters/a is there, and no folder of a cluster"]);
    machine.run(&["down"]).exits(0).says(&["nothing to do"]);
    assert_eq!(machine.0.read("clusters/a/notes.txt"), "mine");

    let machine = Machine::new();
    machine.run(&["up", "--hardened"]).exits(0);
    // somebody used kind itself
    std::fs::remove_file(machine.0.path("fake/nodes")).unwrap();
    let hint = "is left over from a cluster that is gone: `tightship cluster down --name a` removes it";
    machine.run(&["up"]).exits(2).says(&[hint]);
    machine.run(&["status"]).exits(2).says(&[hint]);
    machine.run(&["down"]).exits(0).says(&["a: the cluster was gone already; its folder is removed"]);
    machine.has_nothing();
}

#[test]
fn a_failure_leaves_nothing() {
    let machine = Machine::new();
    machine.set("fail", "");
    let ran = machine.run(&["up", "--hardened"]).exits(2);
    for part in [
        "s  kind: preparing nodes  not done\n",
        "s  clean up\n",
        "error: `kind create cluster --image node:1",
        "failed\n  ERROR: failed to create cluster: could not find a log line\n  Command Output: the API server does not come up",
    ] {
        assert!(ran.stderr.contains(part), "{part} is not in\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("✗") && machine.log().contains("kind delete"), "{}", ran.stderr);
    machine.has_nothing();
}

#[test]
fn a_cluster_that_somebody_makes_meanwhile_stays() {
    let machine = Machine::new();
    machine.set("refuse", "");
    let mut command = machine.command(&["up"]);
    // it appears after tightship has looked: the answer of the image takes as long as it takes
    let version = machine.0.path("fake/version");
    std::fs::remove_file(&version).unwrap();
    assert!(Command::new("mkfifo").arg(&version).status().unwrap().success());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pipe = std::fs::OpenOptions::new().write(true).open(&version).unwrap();
    machine.set("nodes", FOREIGN);
    std::io::Write::write_all(&mut &pipe, b"v1.34.4\n").unwrap();
    drop(pipe);
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(2);
    assert!(ran.stderr.contains("node(s) already exist"), "{}", ran.stderr);
    assert!(!machine.folder().exists());
    assert!(machine.0.path("fake/nodes").exists() && !machine.log().contains("kind delete"), "{}", machine.log());
}

/// Starts `up` with a kind that never ends, and gives the number of kind's process.
fn hanging(machine: &Machine) -> (std::process::Child, u32) {
    machine.set("hang", "");
    heed_signals();
    let mut command = machine.command(&["up", "--hardened"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let process = || std::fs::read_to_string(machine.0.path("fake/process")).ok()?.trim().parse().ok();
    (child, wait_for("kind", process))
}

/// Asks until there is an answer.
#[track_caller]
fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match ask() {
            Some(answer) => return answer,
            None => assert!(Instant::now() < until, "waited for {what} in vain"),
        }
        sleep(Duration::from_millis(20));
    }
}

fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

/// Whether a process runs. One that has ended, and that nobody has asked about yet, does not.
fn runs(process: u32) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().unwrap();
    let state = String::from_utf8(output.stdout).unwrap();
    !state.trim().is_empty() && !state.starts_with('Z')
}

#[test]
fn an_interrupt_leaves_nothing() {
    let machine = Machine::new();
    let (child, kind) = hanging(&machine);
    assert!(runs(kind));
    signal("-TERM", child.id());
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(130);
    assert!(ran.stderr.ends_with("s  clean up\n") && ran.stdout.is_empty(), "{}", ran.stderr);
    assert!(!runs(kind), "kind still runs");
    machine.has_nothing();
}

#[test]
fn being_killed_leaves_nothing() {
    let machine = Machine::new();
    let (mut child, kind) = hanging(&machine);
    signal("-KILL", child.id());
    child.wait().unwrap();
    wait_for("the end of the folder", || (!machine.folder().exists()).then_some(()));
    assert!(!runs(kind), "kind still runs");
    machine.has_nothing();
}

#[test]
fn the_status_tells_each_difference() {
    let machine = Machine::new();
    machine.run(&["up", "--hardened"]).exits(0);
    let config = machine.0.read("clusters/a/control-plane/a/kind.yaml");
    let flags = config.split("extraArgs:").nth(1).unwrap().split("extraVolumes:").next().unwrap();
    let flags =
        flags.lines().map(str::trim).filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
    let mut arguments: String = flags.map(|(name, value)| format!("--{name}={}\n", value.trim_matches('"'))).collect();
    for name in WIRING {
        arguments.push_str(&format!("--{name}=something\n"));
    }
    let arguments = format!("kube-apiserver\n{arguments}--advertise-address=172.18.0.2\n--runtime-config=\n");
    machine.set("arguments", &arguments);
    machine.set("sockets", SOCKETS);
    machine.run(&["status"]).exits(0).says(&[
        "a: Kubernetes 1.34.4, hardened, image node:1\n",
        "a-control-plane  control-plane  ready  v1.34.4\n",
        "flags, as the baseline of 1.34.4 has them\n",
        "6443  kube-apiserver  all addresses  the Kubernetes API: TLS, with authentication\n",
    ]);

    let changed = arguments.replace("--profiling=false", "--profiling=true\n--anonymous-auth=true");
    machine.set("arguments", &changed);
    machine.set("requests", REQUEST);
    let open = "   1: 00000000:280F 00000000:0000 0A 0:0 00:0 0 0 0 902 1 0\n";
    machine.set("sockets", &format!("{open}{SOCKETS}"));
    machine.run(&["status"]).exits(1).says(&[
        "2 differ from the baseline of 1.34.4\n",
        "--profiling       true       false     CIS 1.2.15\n",
        "--anonymous-auth  true       not set\n",
        "10255  -               all addresses  should be closed: the kubelet, read only, without TLS or authentication\n",
        "kubectl certificate approve csr-node\n",
    ]);

    machine.set("arguments", "");
    machine.run(&["status"]).exits(1).says(&["API server\n  does not run\n"]);
}

/// What kubeadm sets.
const WIRING: [&str; 24] = [
    "allow-privileged",
    "client-ca-file",
    "etcd-cafile",
    "etcd-certfile",
    "etcd-keyfile",
    "etcd-servers",
    "kubelet-client-certificate",
    "kubelet-client-key",
    "kubelet-preferred-address-types",
    "proxy-client-cert-file",
    "proxy-client-key-file",
    "requestheader-allowed-names",
    "requestheader-client-ca-file",
    "requestheader-extra-headers-prefix",
    "requestheader-group-headers",
    "requestheader-username-headers",
    "secure-port",
    "service-account-issuer",
    "service-account-key-file",
    "service-account-signing-key-file",
    "service-cluster-ip-range",
    "tls-cert-file",
    "tls-private-key-file",
    "enable-bootstrap-token-auth",
];

const SOCKETS: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:192B 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 901 2 0
lrwxrwxrwx 1 root root 0 Nov 24 11:22 /proc/529/exe -> /usr/local/bin/kube-apiserver

/proc/529/fd:
lrwx------ 1 root root 64 Nov 24 11:21 7 -> socket:[901]
";
