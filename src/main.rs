//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use tightship::{Cli, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.write_global();
    ExitCode::from(run(cli))
}
