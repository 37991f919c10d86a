//! `tightship check`: files → findings → report.

use super::{FINDINGS, NOTHING, OK, UNUSABLE, output};
use crate::check::{self, Selection};
use crate::cli::CheckArgs;
use crate::report::{self, Format};
use crate::rules::Settings;

/// Checks the files, and shows what was found.
pub(super) fn run(args: &CheckArgs) -> anyhow::Result<u8> {
    let inputs = check::discover(&args.paths)?;
    let settings = Settings {
        kubernetes: args.kubernetes,
        level: args.level,
        fixes: args.format.shows_fixes(),
        ..Settings::default()
    };
    let selection = Selection::from_words(&args.select, &args.ignore)?;
    let outcome = check::run(&inputs, &settings, &selection);
    output::report(args.output.as_deref(), |out| report::write(&outcome, args.format, args.all, out))?;
    let is_silent = outcome.findings.is_empty() && outcome.broken.is_empty();
    if is_silent || args.format != Format::Text || args.output.is_some() {
        output::say(&report::summary(&outcome))?;
    }
    Ok(if !outcome.broken.is_empty() {
        UNUSABLE
    } else if !outcome.findings.is_empty() {
        FINDINGS
    } else if outcome.counts.objects == 0 {
        NOTHING
    } else {
        OK
    })
}
