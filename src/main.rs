//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use tightship::cli::Cli;
use tightship::commands;

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.write_global();
    ExitCode::from(commands::run(cli))
}
