//! kubectl with the learner's kubeconfig: what a lab applies is applied as the learner would.

use std::env;
use std::ffi::OsString;

use camino::Utf8Path;

use super::RunError;
use crate::lab::kubectl;
use crate::process::{Program, ProgramError};

/// What the arguments of a step mean; fails unless a step may give kubectl these.
pub(super) fn allowed<'a>(
    written: &[&str],
    args: &[&'a str],
    folder: &Utf8Path,
) -> Result<kubectl::Arguments<'a>, RunError> {
    let refused = |refusal: kubectl::Refusal| RunError::Course(format!("kubectl {}: {refusal}", args.join(" ")));
    kubectl::check(written, args, folder).map_err(refused)
}

/// Kinds and names of objects, behind what keeps kubectl from taking them for flags.
pub(super) fn operands<'w>(words: &[&'w str]) -> Result<Vec<&'w str>, RunError> {
    words.iter().try_for_each(|word| kubectl::operand(word)).map_err(RunError::Course)?;
    Ok(["--"].into_iter().chain(words.iter().copied()).collect())
}

/// Runs kubectl with something on its standard input; what it printed.
pub(super) fn run(kubeconfig: &Utf8Path, folder: &Utf8Path, args: &[&str], input: &str) -> Result<String, RunError> {
    let failed = |reason: String| RunError::Step { step: format!("kubectl {}", args.join(" ")), reason };
    // the variable may be a list of paths, and this one may contain what separates them
    let kubeconfig = format!("--kubeconfig={kubeconfig}");
    let mut kubectl = Program::new("kubectl").args([kubeconfig.as_str()]).args(args).input(input);
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KUBE")) {
        kubectl = kubectl.without(&name);
    }
    // aliases and defaults of whoever wrote a kuberc; which variable counts depends on the release
    kubectl = kubectl.env("KUBERC", "off").env("KUBECTL_KUBERC", "false").env("PATH", path(folder));
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

/// The PATH without what would be looked for in the folder that kubectl runs in: kubectl itself, its plugins, and what a
/// kubeconfig of the user names.
fn path(folder: &Utf8Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let elsewhere = env::split_paths(&path).filter(|entry| entry.is_absolute() && !entry.starts_with(folder));
    env::join_paths(elsewhere).unwrap_or_default()
}
