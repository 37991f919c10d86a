//! Programs on a node of kind, which is a container.

use std::time::Duration;

use super::api::{ApiError, Ended};
use crate::process::{Engine, ProgramError};

/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a program in a container as root.
pub(super) fn run(node: &str, argv: &[&str], input: &[u8]) -> Result<Ended, ApiError> {
    let engine = Engine::of_machine();
    let exec = ["exec", "--interactive", "--user", "0", "--", node];
    let program = engine.program(exec.into_iter().chain(argv.iter().copied())).input(input).limit(LIMIT);
    let output = program.run().map_err(|error| {
        ApiError::NoNode(match error {
            ProgramError::Late(limit) => format!("a program there did not end within {} s", limit.as_secs()),
            other => format!("{}: {other}", engine.command()),
        })
    })?;
    if engine.complains(output.code, &output.stderr) {
        return Err(ApiError::NoNode(output.stderr.lines().next().unwrap_or_default().to_owned()));
    }
    Ok(Ended { exit: output.code.unwrap_or(-1), stdout: output.text(), stderr: output.stderr })
}
