//! A program that must not run: it leaves a file behind when it does.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// Programs in a folder of their own, each of which notes that it ran, and with which arguments.
pub(crate) struct Canary {
    dir: TempDir,
}

impl Canary {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::Builder::new().prefix("canary-").tempdir().unwrap() }
    }

    /// A program of this name; the path to it.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join("bin").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let log = self.dir.path().join("ran");
        std::fs::write(&path, format!("#!/bin/sh\necho \"{name} $*\" >> '{}'\nexit 1\n", log.display())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Puts the programs in front of all others that a command finds.
    pub(crate) fn shadow<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.dir.path().join("bin").display()))
    }

    /// The command lines of what ran so far, one a line.
    pub(crate) fn ran(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("ran")).unwrap_or_default()
    }
}
