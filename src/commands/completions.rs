//! `tightship completions SHELL`.

use clap_complete::Shell;

use super::{OK, output};
use crate::cli;

pub(super) fn run(shell: Shell) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "tightship", &mut script);
    output::print(&String::from_utf8(script)?)?;
    Ok(OK)
}
