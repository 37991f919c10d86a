//! A machine in a folder: what is rendered with its paths moved there, and the programs that run on it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use tempfile::TempDir;
use tightship::internals::k8s::Version;

use crate::certificates;

/// The folders of a real machine that are moved.
const MOVED: [&str; 3] = ["/etc/kubernetes", "/var/log/kubernetes", "/var/lib/etcd"];

pub struct Machine {
    folder: TempDir,
    api_server: u16,
    etcd: u16,
    peers: u16,
}

impl Machine {
    /// Renders the plain flags of a release, with certificates in their place.
    pub fn new(version: Version, spec: &str) -> Result<Self, Failed> {
        let machine =
            Self { folder: TempDir::new()?, api_server: free_port()?, etcd: free_port()?, peers: free_port()? };
        let spec = format!(
            "apiVersion: tightship/v1\nkind: ApiServer\nname: real\ntarget: {{kubernetes: \"{version}\", platform: flags}}\n{spec}\n"
        );
        let path = machine.path("tightship.yaml");
        fs::write(&path, spec)?;
        let output = Command::new(env!("CARGO_BIN_EXE_tightship")).args(["render", "--file"]).arg(&path).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let home = machine.path("etc/kubernetes");
        fs::create_dir_all(&home)?;
        fs::rename(machine.path("control-plane/real/hardening"), home.join("hardening"))?;
        certificates::make(&home.join("pki"))?;
        Ok(machine)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The flags of a program, with the folders moved.
    fn flags(&self, program: &str) -> Result<Vec<String>, Failed> {
        let text = fs::read_to_string(self.path(&format!("control-plane/real/{program}.flags")))?;
        let flags = text.lines().filter(|line| line.starts_with("--"));
        let root = self.folder.path().display();
        Ok(flags
            .map(|flag| MOVED.iter().fold(flag.to_owned(), |flag, old| flag.replace(old, &format!("{root}{old}"))))
            .collect())
    }

    /// Starts a program with its flags, and with others in the place of those that name addresses.
    fn start(&self, program: &Path, name: &'static str, addresses: &[(&str, String)]) -> Result<Running<'_>, Failed> {
        let mut flags = self.flags(name)?;
        flags.retain(|flag| !addresses.iter().any(|(name, _)| flag.starts_with(&format!("--{name}="))));
        flags.extend(addresses.iter().map(|(name, value)| format!("--{name}={value}")));
        let log = self.path(&format!("{name}.log"));
        let file = File::create(&log)?;
        let mut command = Command::new(program);
        command.args(&flags).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
        Ok(Running { machine: self, name, child, log })
    }

    /// Starts etcd with the flags that are rendered for it.
    pub fn etcd(&self, program: &Path) -> Result<Running<'_>, Failed> {
        fs::create_dir_all(self.path("var/lib"))?;
        let url = |port: u16| format!("https://127.0.0.1:{port}");
        let addresses = [
            ("listen-client-urls", url(self.etcd)),
            ("advertise-client-urls", url(self.etcd)),
            ("listen-peer-urls", url(self.peers)),
            ("initial-advertise-peer-urls", url(self.peers)),
            ("initial-cluster", format!("default={}", url(self.peers))),
        ];
        self.start(program, "etcd", &addresses)
    }

    /// Starts the API server with the flags that are rendered for it.
    pub fn api_server(&self, program: &Path) -> Result<Running<'_>, Failed> {
        let addresses = [
            ("etcd-servers", format!("https://127.0.0.1:{}", self.etcd)),
            ("secure-port", self.api_server.to_string()),
            ("bind-address", "127.0.0.1".to_owned()),
        ];
        self.start(program, "kube-apiserver", &addresses)
    }

    /// What the API server answers to somebody without a name: the status and the body.
    pub fn get(&self, path: &str) -> Result<(u16, String), Failed> {
        let address = format!("127.0.0.1:{}", self.api_server);
        let mut client = Command::new("openssl")
            .args(["s_client", "-quiet", "-no_ign_eof", "-connect", &address])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut pipe = client.stdin.take().expect("a pipe");
        // it may be gone already, if nobody listens
        let _ = write!(pipe, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        client.stdout.take().expect("a pipe").read_to_string(&mut answer)?;
        drop(pipe);
        client.wait()?;
        let status = answer.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Ok((status, answer))
    }

    /// A file below `/etc/kubernetes`.
    pub fn home(&self, name: &str) -> PathBuf {
        self.path("etc/kubernetes").join(name)
    }

    /// Moves the paths that stand in a file below `/etc/kubernetes`.
    pub fn move_paths(&self, name: &str) -> Result<(), Failed> {
        let path = self.home(name);
        let text = fs::read_to_string(&path)?;
        let moved = text
            .replace(": /etc/kubernetes", &format!(": {}", self.home("").display().to_string().trim_end_matches('/')));
        Ok(fs::write(path, moved)?)
    }

    /// What the API server answers to an administrator: the status and the body.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Result<(u16, String), Failed> {
        let pki = |name: &str| self.home("pki").join(name).display().to_string();
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let mut command = Command::new("curl");
        command.args(["-sS", "-X", method, "-w", "\n%{http_code}", "-H"]).arg(format!("Content-Type: {kind}"));
        command.args(["--cacert", &pki("ca.crt"), "--cert", &pki("apiserver-kubelet-client.crt")]);
        command.args(["--key", &pki("apiserver-kubelet-client.key")]);
        if !body.is_empty() {
            command.args(["-d", body]);
        }
        let output = command.arg(format!("https://127.0.0.1:{}{path}", self.api_server)).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (answer, status) = text.rsplit_once('\n').unwrap_or(("", ""));
        if output.status.success() {
            return Ok((status.parse().unwrap_or_default(), answer.to_owned()));
        }
        Err(format!("curl: {}", String::from_utf8_lossy(&output.stderr)).into())
    }

    /// Waits until something is there.
    pub fn wait_for(&self, path: &str) -> Result<(), Failed> {
        let until = Instant::now() + Duration::from_secs(30);
        while self.ask("GET", path, "")?.0 != 200 {
            if Instant::now() > until {
                return Err(format!("{path} does not come").into());
            }
            sleep(Duration::from_millis(300));
        }
        Ok(())
    }

    /// The audit log is written, and closed to others.
    pub fn check_audit_log(&self) -> Result<(), Failed> {
        let path = self.path("var/log/kubernetes/audit/audit.log");
        let data = fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mode = data.permissions().mode() & 0o777;
        if data.len() > 0 && mode == 0o600 {
            Ok(())
        } else {
            Err(format!("{} bytes, mode {mode:o}", data.len()).into())
        }
    }
}

fn free_port() -> Result<u16, Failed> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A program that runs until it is dropped.
pub struct Running<'m> {
    machine: &'m Machine,
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Running<'_> {
    /// Everything that it said.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until `/readyz` answers.
    pub fn wait_until_ready(&mut self) -> Result<(), Failed> {
        let until = Instant::now() + Duration::from_secs(90);
        loop {
            let (status, answer) = self.machine.get("/readyz")?;
            if status == 200 {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || Instant::now() > until {
                let said = self.said();
                let end: Vec<&str> = said.lines().rev().take(12).collect();
                let end: Vec<&str> = end.into_iter().rev().collect();
                return Err(format!("{} ({ended:?}): {answer}\n{}", self.name, end.join("\n")).into());
            }
            sleep(Duration::from_millis(500));
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
