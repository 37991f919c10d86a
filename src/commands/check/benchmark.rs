//! `tightship check --benchmark`.

use super::super::busy::Busy;
use super::super::{FINDINGS, NOTHING, OK, UNUSABLE, output};
use crate::check::benchmark::{self, Status};
use crate::check::{Input, Options};
use crate::cli::{BenchmarkName, CheckArgs};
use crate::report::{self, Format};

/// Judges the items, and shows them.
pub(super) fn run(args: &CheckArgs, name: BenchmarkName, inputs: &[Input], options: &Options) -> anyhow::Result<u8> {
    let busy = Busy::new("judging the items of the benchmark");
    let judged = benchmark::judge(name.into(), inputs, options, args.node_root.as_ref());
    drop(busy);
    anyhow::ensure!(
        matches!(args.format, Format::Text | Format::Json),
        "--benchmark is shown as text or json, not in another --format"
    );
    output::report(args.output.as_deref(), false, |out| match args.format {
        Format::Json => report::benchmark::json(&judged, out),
        _ => report::benchmark::text(&judged, args.all, out),
    })?;
    for (file, error) in &judged.errors {
        output::error(&format!("{file}: {}", error.message))?;
    }
    output::say(&report::benchmark::summary(&judged))?;
    Ok(if !judged.errors.is_empty() {
        UNUSABLE
    } else if !judged.found {
        NOTHING
    } else if judged.count(Status::Fail) > 0 && !args.exit_zero {
        FINDINGS
    } else {
        OK
    })
}
