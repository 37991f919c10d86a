//! Programs that are run for a cluster, and what is said when they fail.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::ClusterError;
use crate::process::{Program, ProgramError};

/// How long an interrupt may go unnoticed.
const MOMENT: Duration = Duration::from_millis(100);

/// Lines of a failed program that are shown.
const SHOWN: usize = 24;

/// Runs a program to its end; what it printed. The error is given if there is no such program.
pub(super) fn run(program: Program, missing: ClusterError) -> Result<String, ClusterError> {
    let line = program.line();
    let output = program.run().map_err(|error| cannot_run(&error, line.clone(), missing))?;
    if output.is_success() { Ok(output.text()) } else { Err(failed(line, &output.stderr)) }
}

/// What is said about a program that gives no result.
pub(super) fn cannot_run(error: &ProgramError, line: String, missing: ClusterError) -> ClusterError {
    match error {
        ProgramError::Missing => missing,
        other => failed(line, &other.to_string()),
    }
}

/// What is said about a program that failed: the end of what it said, from the line with its error on.
pub(super) fn failed(command: String, said: &str) -> ClusterError {
    let lines: Vec<&str> = said.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let from = lines.iter().position(|line| line.to_lowercase().starts_with("error")).unwrap_or_default();
    let lines = lines.get(from..).unwrap_or_default();
    let (first, rest) = lines.split_at(1.min(lines.len()));
    let rest = rest.get(rest.len().saturating_sub(SHOWN)..).unwrap_or_default();
    let said: Vec<String> = first.iter().chain(rest).map(|line| format!("  {line}")).collect();
    ClusterError::Failed { command, said: said.join("\n") }
}

/// Waits a moment, unless there is an interrupt.
pub(super) fn pause(stop: &AtomicBool, length: Duration) -> Result<(), ClusterError> {
    let mut left = length;
    while !left.is_zero() {
        if stop.load(Ordering::SeqCst) {
            return Err(ClusterError::Interrupted);
        }
        let now = left.min(MOMENT);
        thread::sleep(now);
        left -= now;
    }
    Ok(())
}
