//! How an outcome is shown: one file per format.

mod admission;
pub mod benchmark;
mod concise;
mod each;
mod files;
mod github;
mod html;
mod json;
mod junit;
mod plain;
mod sarif;
mod tally;
mod text;

use std::io::{self, Write};

use crate::check::Outcome;
use files::Files;

pub use tally::summary;

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: the lines with what is wrong, summed up.
    Text,
    /// A line for each finding.
    Concise,
    /// For programs; `docs/check-output.schema.json` describes it.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub workflows.
    Github,
    /// `JUnit` XML, for test reports.
    Junit,
    /// A page to look at, with filters and pictures of the network and of rights.
    Html,
}

impl Format {
    /// Whether the format shows what the API server would say.
    pub fn shows_admissions(self) -> bool {
        matches!(self, Self::Text | Self::Concise | Self::Json)
    }
}

/// Writes the outcome. `all` shows every place in full where the format leaves some out. Text comes with colours, for a
/// writer that takes them away where nobody wants them.
pub fn write(outcome: &Outcome, format: Format, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(outcome);
    if matches!(format, Format::Text | Format::Concise) {
        admission::write(&files, out)?;
    }
    match format {
        Format::Text => text::write(&files, all, out),
        Format::Concise => concise::write(&files, out),
        Format::Json => json::write(&files, out),
        Format::Sarif => sarif::write(&files, out),
        Format::Github => github::write(&files, out),
        Format::Junit => junit::write(&files, out),
        Format::Html => html::write(&files, all, out),
    }
}

/// The files that could not be read, each as its place and what is wrong there.
pub fn unreadable(outcome: &Outcome) -> Vec<String> {
    let files = Files::new(outcome);
    outcome.errors.iter().map(|broken| format!("{}: {}", files.place(&broken.location), broken.message)).collect()
}
