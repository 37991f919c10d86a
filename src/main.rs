//! Arguments in, exit code out.

use std::process::ExitCode;

use tightship::{Cli, run};

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(answer) => return ExitCode::from(tightship::refuse(&answer)),
    };
    cli.color.write_global();
    ExitCode::from(run(cli))
}
