//! Arguments of `tightship audit-trail`.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

/// Arguments of `tightship audit-trail`.
#[derive(Debug, Args)]
pub struct TrailArgs {
    /// The commit whose history is read: a branch, a tag or a hash.
    #[arg(default_value = "HEAD", value_name = "COMMIT")]
    pub commit: String,
    /// Only what holds today, or should not any more: in force and expired.
    #[arg(long)]
    pub open: bool,
    /// Leave out names and mails: the same person has the same number.
    #[arg(long)]
    pub anonymous: bool,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = TrailFormat::Table, value_name = "FORMAT")]
    pub format: TrailFormat,
    /// Write it to this file instead.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

/// How the trail is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TrailFormat {
    /// For people at a terminal.
    Table,
    /// A table for a page or a pull request.
    Markdown,
    /// For programs.
    Json,
}
