//! kubectl with the learner's kubeconfig: what a lab applies is applied as the learner would.

use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

use camino::Utf8Path;

use super::RunError;

/// Runs kubectl with something on its standard input; what it printed.
pub(super) fn run(kubeconfig: &Utf8Path, folder: &Utf8Path, args: &[&str], input: &str) -> Result<String, RunError> {
    let failed = |reason: String| RunError::Step { step: format!("kubectl {}", args.join(" ")), reason };
    let mut command = Command::new("kubectl");
    command
        .env("KUBECONFIG", kubeconfig)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if folder.is_dir() {
        command.current_dir(folder);
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => RunError::NoKubectl,
        _ => failed(error.to_string()),
    })?;
    if let Some(mut pipe) = child.stdin.take() {
        // if it does not read, it says why
        let _ = pipe.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("Warning:")).take(6).collect();
    Err(failed(lines.join("\n  ")))
}
