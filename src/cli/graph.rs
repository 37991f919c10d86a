//! Arguments of `tightship graph`.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::check::MadeArgs;
use crate::graph::Format;

const EXIT_CODES: &str = "Exit codes: 0 drawn, 2 wrong usage or an input that cannot be read, 3 nothing to draw.";

/// Arguments of `tightship graph`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct GraphArgs {
    /// What is drawn.
    #[arg(value_enum, value_name = "WHAT")]
    pub of: GraphOf,
    /// Files and folders; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<Utf8PathBuf>,
    /// How it is drawn.
    #[arg(long, value_enum, default_value_t = Format::Svg, value_name = "FORMAT")]
    pub format: Format,
    /// Write the picture to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
    /// What other programs make.
    #[command(flatten)]
    pub made: MadeArgs,
}

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphOf {
    /// Who reaches whom, as network policies let them.
    Network,
    /// Who may do what, as roles and their bindings grant it.
    Rbac,
}
