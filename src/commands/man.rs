//! `tightship man`.

use anyhow::Context;
use camino::Utf8Path;

use super::{OK, output};
use crate::cli;

/// Prints the page of the program, or writes the pages of all commands.
pub(super) fn run(out: Option<&Utf8Path>) -> anyhow::Result<u8> {
    if let Some(folder) = out {
        std::fs::create_dir_all(folder).with_context(|| folder.to_string())?;
        clap_mangen::generate_to(cli::command(), folder).with_context(|| folder.to_string())?;
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(cli::command()).render(&mut page)?;
        output::print(&String::from_utf8(page)?)?;
    }
    Ok(OK)
}
