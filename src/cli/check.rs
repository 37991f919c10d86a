//! Arguments of `tightship check`.

use camino::Utf8PathBuf;
use clap::Args;

use crate::kube::version::Version;
use crate::report::Format;
use crate::rules::pod_security::Level;

const EXIT_CODES: &str =
    "Exit codes: 0 clean, 1 findings, 2 wrong usage or an input that cannot be read, 3 nothing to check.";

/// Arguments of `tightship check`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct CheckArgs {
    /// Files and folders; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<Utf8PathBuf>,
    /// Run only these rules or categories, with commas between them; `all` for every one.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Leave these rules or categories out.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// The Kubernetes release.
    #[arg(long, value_parser = release, default_value = "1.37", value_name = "VERSION", env = "TIGHTSHIP_KUBERNETES")]
    pub kubernetes: Version,
    /// Look for no configuration file.
    #[arg(long)]
    pub no_config: bool,
    /// How the findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Write the report to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
    /// Show every place in full, however often a rule fires (--format text).
    #[arg(long)]
    pub all: bool,
    /// Hold everything against this Pod Security level, whatever the labels of namespaces say.
    #[arg(long, value_parser = level, value_name = "LEVEL")]
    pub level: Option<Level>,
}

fn release(word: &str) -> Result<Version, String> {
    let known = || format!("expected {} to {}", Version::OLDEST, Version::NEWEST);
    Version::parse(word).ok_or_else(known)
}

fn level(word: &str) -> Result<Level, String> {
    Level::parse(word).ok_or_else(|| "expected restricted, baseline or privileged".to_owned())
}
