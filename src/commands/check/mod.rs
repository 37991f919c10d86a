//! `tightship check`: files → findings → report.

mod benchmark;
mod fix;
pub(super) mod input;
mod options;

use anyhow::Context;

use super::busy::Busy;
use super::{FINDINGS, NOTHING, OK, UNUSABLE, output};
use crate::check::baseline::Baseline;
use crate::check::{self, Input, LeftOut, Options, Outcome, Text};
use crate::cli::CheckArgs;
use crate::diagnostic::text::line;
use crate::diagnostic::{Safety, Severity};
use crate::report::{self, Format};
use options::Chosen;

/// Checks the files, and shows what was found.
pub(super) fn run(args: &CheckArgs) -> anyhow::Result<u8> {
    let Chosen { options, fail_on, mut inputs, mut left_out, mut notices } = options::choose(args)?;
    if args.show_files {
        return show_files(&inputs, &left_out);
    }
    if let Some(name) = args.benchmark {
        say_notices(&notices)?;
        say_left_out(&left_out)?;
        return benchmark::run(args, name, &inputs, &options);
    }
    let mut outcome = checked(&inputs, &options);
    let found_later = outcome.left_out.clone();
    outcome.left_out.append(&mut left_out);
    outcome.left_out.sort();
    let made = fix::only_where_written(&mut outcome, &inputs);
    if made > 0 && (args.diff || args.fix.is_some()) {
        let what = output::count(made, "finding");
        output::say(&format!("{what} in what was rendered: fix what it is rendered from"))?;
    }
    if args.update_baseline {
        return record(args, &outcome);
    }
    let baseline = known(args, &options, &mut outcome, &mut notices)?;
    let safety = args.fix.map_or(Safety::Safe, Into::into);
    if args.diff {
        say_notices(&notices)?;
        let fixed = fix::show(&inputs, &outcome, &options, safety)?;
        say_left_out(&outcome.left_out)?;
        return Ok(if fixed > 0 { FINDINGS } else { OK });
    }
    if args.fix.is_some() {
        if fix::apply(&mut inputs, &outcome, &options, safety)? > 0 {
            let mut left_out = outcome.left_out;
            left_out.remove(&found_later);
            outcome = checked(&inputs, &options);
            outcome.left_out.append(&mut left_out);
            outcome.left_out.sort();
            fix::only_where_written(&mut outcome, &inputs);
            known(args, &options, &mut outcome, &mut Vec::new())?;
        }
        fix::take_back(&mut outcome, safety)?;
    }
    for (name, message) in notices {
        outcome.add_notice(&name, message);
    }
    // the fixed text takes standard output
    let is_taken = args.fix.is_some() && inputs.iter().any(|input| matches!(input.text, Text::Here(_)));
    show(args, &outcome, baseline, is_taken)?;
    Ok(code(&outcome, fail_on, args.exit_zero))
}

/// Runs the rules; on a terminal with a line that says how far it is.
pub(super) fn checked(inputs: &[Input], options: &Options) -> Outcome {
    let _busy = Busy::checking(inputs.len(), &options.seen);
    check::run(inputs, options)
}

/// Names what would be looked at, and what not.
fn show_files(inputs: &[Input], left_out: &LeftOut) -> anyhow::Result<u8> {
    let names: String = inputs.iter().map(|input| line(&input.name) + "\n").collect();
    output::print(&names)?;
    for (path, cause) in left_out.iter() {
        output::say(&format!("left out: {}: {}", line(path.as_str()), cause.why()))?;
    }
    Ok(if inputs.is_empty() { NOTHING } else { OK })
}

fn record(args: &CheckArgs, outcome: &Outcome) -> anyhow::Result<u8> {
    let Some(path) = &args.baseline else { return Ok(UNUSABLE) };
    if let Some(broken) = report::unreadable(outcome).first() {
        anyhow::bail!("{broken}; the baseline was not written, as it would not be whole");
    }
    let baseline = Baseline::of(outcome);
    let target = check::target(path).with_context(|| format!("{path} is not written"))?;
    output::replace(&target, baseline.to_text()?.as_bytes())?;
    output::say(&format!("{path}: {} recorded", output::count(baseline.len(), "finding")))?;
    say_left_out(&outcome.left_out)?;
    Ok(OK)
}

/// Takes out what the baseline knows, and gives the number of its findings that are gone.
fn known(
    args: &CheckArgs,
    options: &Options,
    outcome: &mut Outcome,
    notices: &mut Vec<(String, String)>,
) -> anyhow::Result<usize> {
    let Some(path) = &args.baseline else { return Ok(0) };
    let own = || std::fs::read_to_string(path);
    let text = match &options.base {
        Some(base) => {
            let theirs = base.read(path)?;
            if theirs != own().ok() {
                notices.push(options::another("baseline", path, base, theirs.is_some()));
            }
            theirs
        }
        None => Some(own().with_context(|| format!("{path} (--update-baseline makes it)"))?),
    };
    let Some(text) = text else { return Ok(0) };
    let baseline = Baseline::parse(&text).with_context(|| path.to_string())?;
    Ok(baseline.apply(outcome))
}

/// Says what no report is there to say.
fn say_notices(notices: &[(String, String)]) -> anyhow::Result<()> {
    for (name, message) in notices {
        output::say(&format!("{}: {message}", line(name)))?;
    }
    Ok(())
}

/// Says what is not looked at, where no report does.
fn say_left_out(left_out: &LeftOut) -> anyhow::Result<()> {
    if let Some(text) = left_out.summary() {
        output::say(&text)?;
    }
    Ok(())
}

fn show(args: &CheckArgs, outcome: &Outcome, gone: usize, aside: bool) -> anyhow::Result<()> {
    for also in &args.also {
        output::report(Some(&also.file), false, |out| report::write(outcome, also.format, args.all, out))?;
    }
    output::report(args.output.as_deref(), aside, |out| report::write(outcome, args.format, args.all, out))?;
    let is_silent = outcome.findings.is_empty() && outcome.errors.is_empty();
    if is_silent || args.format != Format::Text || args.output.is_some() {
        output::say(&report::summary(outcome))?;
    }
    for namespace in &outcome.unguarded {
        let what = "has no Pod Security labels that enforce or warn: --level shows what a level would say";
        output::say(&format!("the namespace `{namespace}` {what}"))?;
    }
    if outcome.counts.objects == 0 && outcome.errors.is_empty() {
        output::say("`tightship check --show-files` lists what is looked at; `tightship new` writes manifests")?;
    }
    if gone > 0 {
        output::say(&format!(
            "{} of the baseline gone: --update-baseline removes what is gone",
            output::count(gone, "finding")
        ))?;
    }
    Ok(())
}

fn code(outcome: &Outcome, fail_on: Severity, exit_zero: bool) -> u8 {
    if !outcome.errors.is_empty() {
        UNUSABLE
    } else if outcome.counts.objects == 0 || outcome.asks_nothing {
        NOTHING
    } else if exit_zero {
        OK
    } else if !outcome.admissions.is_empty() || outcome.findings.iter().any(|finding| finding.severity >= fail_on) {
        FINDINGS
    } else {
        OK
    }
}
