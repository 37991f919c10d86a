//! Running kustomize, helm and kubectl.
//!
//! What kustomize and helm read may be a stranger's. So they run without git, ssh and any other program on their PATH, with
//! a proxy that is nowhere, and with nothing else of the user's environment: neither credentials nor plugins.

use std::path::{Path, PathBuf};
use std::time::Duration;

use camino::Utf8Path;
use tempfile::TempDir;

use super::{InputError, Request};
use crate::process::{self, Output, Program, ProgramError};

/// An address that nothing can listen at.
const NOWHERE: &str = "http://127.0.0.1:0";
/// What a program is told to send its requests through.
const PROXIES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
/// What a program may know of the environment: where temporary files go, languages, and what Windows needs to start one.
const KNOWN: [&str; 9] =
    ["TMPDIR", "TMP", "TEMP", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "SYSTEMDRIVE", "LD_LIBRARY_PATH"];

/// How kustomize and helm are run.
#[derive(Debug)]
pub(super) struct Tools {
    timeout: Duration,
    /// The folder of a program that may fetch nothing: with an empty folder for programs, and one for its user.
    room: Option<TempDir>,
}

impl Tools {
    pub(super) fn new(request: &Request) -> Result<Self, InputError> {
        let room = if request.allow_remote { None } else { Some(room().map_err(InputError::Room)?) };
        Ok(Self { timeout: request.timeout, room })
    }

    /// Runs a program to its end. Its arguments name everything from the root on; `line` is what a person would type.
    pub(super) fn run(&self, program: &Path, args: &[String], line: &str) -> Result<String, String> {
        let program = Program::new(program).args(args).limit(self.timeout);
        let program = match &self.room {
            Some(room) => closed(program, room.path()),
            None => program,
        };
        ended(program, line.to_owned()).ok_or_else(|| format!("`{line}`: it is not there any more"))??.result()
    }
}

fn room() -> std::io::Result<TempDir> {
    let room = tempfile::Builder::new().prefix("tightship-").tempdir()?;
    for folder in ["programs", "home", "plugins"] {
        std::fs::create_dir(room.path().join(folder))?;
    }
    Ok(room)
}

/// A program without the network, as far as its environment decides that.
fn closed(program: Program, room: &Path) -> Program {
    let home = room.join("home");
    let program = program.only_env(&KNOWN).env("PATH", room.join("programs"));
    let program = PROXIES.iter().fold(program, |program, name| program.env(name, NOWHERE));
    let program = ["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"]
        .iter()
        .fold(program, |program, name| program.env(name, &home));
    let program = program.env("NO_PROXY", "").env("no_proxy", "").env("GIT_ALLOW_PROTOCOL", "");
    program.env("HELM_PLUGINS", room.join("plugins")).env("HELM_NO_PLUGINS", "1").folder(&home)
}

/// Where the first of these programs is.
pub(super) fn find(names: &[&'static str]) -> Option<(&'static str, PathBuf)> {
    names.iter().find_map(|name| Some((*name, process::find(name)?)))
}

/// What a program said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) ok: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The command line, for messages.
    pub(super) line: String,
}

impl Said {
    /// What it printed; `Err` is its complaint, with the command line.
    pub(super) fn result(self) -> Result<String, String> {
        if self.ok { Ok(self.stdout) } else { Err(self.complaint()) }
    }

    /// The command line, and what it printed as an error, in one line.
    pub(super) fn complaint(&self) -> String {
        let said: Vec<&str> = self.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let said = if said.is_empty() { "it says nothing".to_owned() } else { said.join("; ") };
        format!("`{}` failed: {said}", self.line)
    }
}

/// A path as an argument: it may not look like a flag.
pub(super) fn path(path: &Utf8Path) -> String {
    if path.as_str().starts_with('-') { format!("./{path}") } else { path.to_string() }
}

/// Runs a program of the user to its end; `None` if it is not on the PATH. Nothing that it asks is answered.
pub(super) fn run<S: AsRef<str>>(program: &str, args: &[S], timeout: Duration) -> Option<Result<Said, String>> {
    let program = Program::new(program).args(args.iter().map(AsRef::as_ref)).limit(timeout);
    let line = program.line();
    ended(program, line)
}

fn ended(program: Program, line: String) -> Option<Result<Said, String>> {
    match program.run() {
        Ok(output) => Some(said(output, line)),
        Err(ProgramError::Missing) => None,
        Err(ProgramError::Late(limit)) => {
            Some(Err(format!("`{line}` took longer than {} seconds (--tool-timeout)", limit.as_secs())))
        }
        Err(error) => Some(Err(format!("`{line}`: {error}"))),
    }
}

fn said(output: Output, line: String) -> Result<Said, String> {
    let ok = output.is_success();
    let stdout = String::from_utf8(output.stdout).map_err(|_| format!("`{line}` printed what is no text"))?;
    Ok(Said { ok, stdout, stderr: output.stderr, line })
}
