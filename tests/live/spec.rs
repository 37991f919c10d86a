//! Specs, rendered by the real binary into a space of the cluster.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::kubectl::Live;

/// A namespace of its own, made from a Space; gone when dropped.
pub struct Room<'l> {
    pub live: &'l Live,
    pub name: String,
    folder: TempDir,
}

impl<'l> Room<'l> {
    /// A space that enforces `restricted`. `extra` are further keys of the Space.
    pub fn new(live: &'l Live, name: &str, extra: &str) -> Result<Self, Failed> {
        let room = Self { live, name: live.unique(name), folder: TempDir::new()? };
        let spec = format!(
            "apiVersion: tightship/v1\nkind: Space\nname: {}\nlevel: restricted\ntarget: {{kubernetes: \"{}\", platform: kind}}\n{extra}\n",
            room.name,
            live.release()
        );
        let out = room.render("space", &spec, &[])?;
        live.apply_server_side(&out)?;
        live.wait_for_quota(&room.name)?;
        Ok(room)
    }

    /// Renders a spec into a folder of its own.
    pub fn render(&self, folder: &str, spec: &str, args: &[&str]) -> Result<PathBuf, Failed> {
        let out = self.folder.path().join(folder);
        fs::create_dir_all(&out)?;
        fs::write(out.join("tightship.yaml"), spec)?;
        tightship(&out, &[&["render"], args].concat())?;
        Ok(out)
    }

    /// Renders apps with the kustomize layout, and applies them: `kubectl kustomize | kubectl apply -f -`.
    pub fn apply(&self, specs: &[String]) -> Result<(), Failed> {
        let folder = self.live.unique("apps");
        let out = self.render(&folder, &specs.join("---\n"), &[])?;
        let manifests = self.live.ok(&["kustomize", out.to_str().expect("UTF-8")])?;
        self.live.apply(&manifests)
    }

    /// Renders apps with the plain layout, and applies them: `kubectl apply -R -f`.
    pub fn apply_plain(&self, specs: &[String]) -> Result<(), Failed> {
        let folder = self.live.unique("plain");
        let out = self.render(&folder, &specs.join("---\n"), &["--layout", "plain"])?;
        self.live.apply_folder(&out.join("apps")).map(drop)
    }

    /// An app of this space, with further keys.
    pub fn app(&self, name: &str, keys: &str) -> String {
        let (space, release) = (&self.name, self.live.release());
        format!(
            "apiVersion: tightship/v1\nkind: App\nname: {name}\nspace: {space}\nimage: busybox:1.37\nlevel: restricted\nsize: xs\n\
             target: {{kubernetes: \"{release}\", platform: kind}}\n{keys}\n"
        )
    }

    /// An app that serves a page which says its name.
    pub fn web(&self, name: &str, keys: &str) -> String {
        self.app(
            name,
            &format!(
                "command: [httpd, -f, -p, \"8080\", -h, /www]\nports: [{{name: http, port: 8080}}]\n\
                 files: [{{path: /www/index.html, content: \"hello from {name}\\n\"}}]\n\
                 health: {{ready: {{http: /}}, live: {{http: /}}}}\n{keys}"
            ),
        )
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.live.run(&["delete", "namespace", &self.name, "--wait=false", "--ignore-not-found"]);
    }
}

/// Runs the binary in a folder. It may warn; it must succeed.
pub fn tightship(folder: &Path, args: &[&str]) -> Result<String, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightship"));
    // answers and the name of the spec could come from the developer's environment
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TIGHTSHIP_")) {
        command.env_remove(name);
    }
    let output = command.args(args).current_dir(folder).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("tightship {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr)).into())
}
