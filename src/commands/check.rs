//! `tightship check`: files → findings → report.

use super::{FINDINGS, NOTHING, OK, UNUSABLE, output};
use crate::check::{self, Options, Selection};
use crate::cli::CheckArgs;
use crate::report::concise;
use crate::rules::Settings;
use crate::spec::validate;

/// Checks the files, and shows what was found.
pub(super) fn run(args: &CheckArgs) -> anyhow::Result<u8> {
    let inputs = check::discover(&args.paths)?;
    let settings = Settings { kubernetes: args.kubernetes, level: args.level, ..Settings::default() };
    let selection = Selection::from_words(&args.select, &args.ignore)?;
    let options = Options { settings, selection, today: validate::today(), ..Options::default() };
    let outcome = check::run(&inputs, &options);
    output::print(&concise::render(&outcome))?;
    for broken in &outcome.broken {
        output::error(&broken.message)?;
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
