//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use tightship::{Cli, run};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return ExitCode::from(tightship::refuse(&answer)),
    };
    cli.color.write_global();
    ExitCode::from(run(cli))
}
