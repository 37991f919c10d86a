//! kubectl with the learner's kubeconfig: what a lab applies is applied as the learner would.

use camino::Utf8Path;

use super::RunError;
use crate::process::{Program, ProgramError};

/// Runs kubectl with something on its standard input; what it printed.
pub(super) fn run(kubeconfig: &Utf8Path, folder: &Utf8Path, args: &[&str], input: &str) -> Result<String, RunError> {
    let failed = |reason: String| RunError::Step { step: format!("kubectl {}", args.join(" ")), reason };
    let mut kubectl = Program::new("kubectl").env("KUBECONFIG", kubeconfig).args(args).input(input);
    if folder.is_dir() {
        kubectl = kubectl.folder(folder);
    }
    let output = kubectl.run().map_err(|error| match error {
        ProgramError::Missing => RunError::NoKubectl,
        other => failed(other.to_string()),
    })?;
    if output.is_success() {
        return Ok(output.text());
    }
    let lines: Vec<&str> = output.stderr.lines().filter(|line| !line.starts_with("Warning:")).take(6).collect();
    Err(failed(lines.join("\n  ")))
}
