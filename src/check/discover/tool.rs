//! Running kustomize, helm and kubectl.

use std::time::Duration;

use camino::Utf8Path;

use crate::process::{Output, Program, ProgramError};

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

/// Runs a program to its end; `None` if it is not on the PATH. Nothing that it asks is answered.
pub(super) fn run<S: AsRef<str>>(program: &str, args: &[S], timeout: Duration) -> Option<Result<Said, String>> {
    let program = Program::new(program).args(args.iter().map(AsRef::as_ref)).limit(timeout);
    let line = program.line();
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
