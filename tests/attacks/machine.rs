//! A machine with a docker and a kind that scripts play, and a clone in which labs seem to have been started.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::canary::Canary;
use crate::support::{Folder, Ran};

/// The name of the cluster that the clone tells of.
pub(crate) const NAME: &str = "tightship-lab-abcd";

/// What a command of the machine finds, and what has run there.
pub(crate) struct Machine {
    pub(crate) folder: Folder,
    pub(crate) canary: Canary,
}

impl Machine {
    /// One without containers. Its kubectl and its ssh are canaries.
    pub(crate) fn new() -> Self {
        let machine = Self { folder: Folder::new(), canary: Canary::new() };
        std::fs::create_dir_all(machine.folder.path("bin")).unwrap();
        for name in ["docker", "kind"] {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cluster").join(name);
            symlink(script, machine.folder.path("bin").join(name)).unwrap();
        }
        for (name, text) in
            [("log", ""), ("version", "v1.34.4\n"), ("kind", "kind v0.33.0 go1.26.8 linux/amd64\n"), ("no-image", "")]
        {
            machine.folder.write(&format!("fake/{name}"), text);
        }
        machine.canary.program("kubectl");
        machine.canary.program("ssh");
        machine
    }

    /// The clone.
    pub(crate) fn clone(&self) -> std::path::PathBuf {
        self.folder.path("clone").canonicalize().unwrap()
    }

    /// Writes a file of the clone.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        self.folder.write(&format!("clone/{name}"), text);
    }

    /// Writes the state of the labs, in which this lab runs on this cluster.
    pub(crate) fn state(&self, lab: &str, key: &str, cluster: &Value) {
        let run = json!({"run": "abcd", "ns": {"shop": format!("ts-{lab}-shop-abcd")}, "random": {}, "ready": true,
            "snapshots": {}});
        let state = json!({"format": 1, "current": lab, "clusters": {key: cluster},
            "labs": {lab: {"run": run, "started": "2026-01-01T00:00:00Z", "passed": null}}});
        self.write(".tightship/lab/state.json", state.to_string());
    }

    /// The machine runs a kind cluster, whose node mounts this, and whose API server is at this port.
    pub(crate) fn runs(&self, mount: &str, port: u16) {
        let node = json!([{"Name": format!("/{NAME}-control-plane"), "State": {"Status": "running"},
            "Config": {"Labels": {"io.x-k8s.kind.role": "control-plane"}, "Image": "node:1"},
            "HostConfig": {"Binds": [format!("{mount}:/etc/tightship:ro")],
                "PortBindings": {"6443/tcp": [{"HostIp": "127.0.0.1", "HostPort": port.to_string()}]}}}]);
        self.folder.write("fake/nodes", node.to_string());
    }

    /// The machine runs a cluster that was made in the clone.
    pub(crate) fn runs_own(&self, port: u16) {
        self.runs(&format!("{}/.tightship/lab/clusters/{NAME}/mark", self.clone().display()), port);
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.folder.command(args);
        command.current_dir(self.clone()).env("FAKE", self.folder.path("fake"));
        command.env("HOME", self.folder.path("home")).env("XDG_DATA_HOME", self.folder.path("data"));
        for name in ["KUBECONFIG", "KIND_EXPERIMENTAL_PROVIDER", "SUDO_UID"] {
            command.env_remove(name);
        }
        self.shadow(&mut command);
        command
    }

    /// The canaries are in front of all other programs of this machine.
    fn shadow(&self, command: &mut Command) {
        let bin = self.canary.program("kubectl").parent().unwrap().to_owned();
        let path = format!("{}:{}:/usr/bin:/bin", bin.display(), self.folder.path("bin").display());
        command.env("PATH", path);
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// What docker and kind were asked.
    pub(crate) fn log(&self) -> String {
        self.folder.read("fake/log")
    }
}
