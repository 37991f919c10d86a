//! `tightship lab verify`.

use std::fmt::Write as _;
use std::rc::Rc;

use serde::Serialize;

use super::context::{self, LabContext};
use super::show;
use crate::cli::lab::VerifyArgs;
use crate::client::Api;
use crate::commands::busy::Busy;
use crate::commands::exit::ERROR;
use crate::commands::{FINDINGS, OK, interrupt, output};
use crate::lab::course::Entry;
use crate::lab::run::{Checked, Patience, RenderedLab, Report};
use crate::lab::verdict::Verdict;
use crate::workshop::{self, OwnEyes};

/// The version of the JSON.
const VERSION: u8 = 1;

/// A verification for programs; described by `docs/lab-output.schema.json`.
#[derive(Serialize)]
struct Output<'r> {
    version: u8,
    lab: &'r str,
    run: &'r str,
    task: Option<&'r str>,
    verdict: Verdict,
    seconds: f64,
    checks: &'r [Checked],
}

/// Verifies a lab, or one task of it.
pub(super) fn run(mut context: LabContext, args: &VerifyArgs) -> anyhow::Result<u8> {
    context.agree()?;
    let _lock = context.lock()?;
    let course = Rc::clone(&context.course);
    let entry = context.lab_of(&course, args.lab.lab.as_deref())?;
    let task = args.task.as_deref().map(|word| context::task(entry, word)).transpose()?;
    context.run(entry)?;
    let site = match context.site(entry) {
        Ok(site) => site,
        Err(error) => return broken(&error),
    };
    let stage = context.stage(entry, &site)?;
    let report = look(&mut context, entry, &stage, &site.client, task)?;
    if args.json {
        json(&entry.lab.id.value, &stage.names.run, task, &report)?;
    } else {
        output::show(&text(entry, &report, task))?;
    }
    Ok(code(&report))
}

/// Prints a report for programs.
pub(in crate::commands) fn json(lab: &str, run: &str, task: Option<&str>, report: &Report) -> anyhow::Result<()> {
    let (version, verdict) = (VERSION, report.verdict());
    let seconds = (report.seconds * 1000.0).round() / 1000.0;
    output::json(&Output { version, lab, run, task, verdict, seconds, checks: &report.checks })
}

/// A cluster that cannot be looked at is not the learner's fault.
pub(super) fn broken(error: &anyhow::Error) -> anyhow::Result<u8> {
    output::error(&format!("{error:#}"))?;
    Ok(if interrupt::happened() { interrupt::CODE } else { ERROR })
}

/// The exit code of a report.
pub(in crate::commands) fn code(report: &Report) -> u8 {
    match report.verdict() {
        Verdict::Pass => OK,
        Verdict::Fail | Verdict::Blocked => FINDINGS,
        Verdict::Error => ERROR,
    }
}

/// Verifies, and remembers what came of it.
pub(super) fn look(
    context: &mut LabContext,
    entry: &Entry,
    stage: &RenderedLab<'_>,
    api: &dyn Api,
    task: Option<&str>,
) -> anyhow::Result<Report> {
    let run = context.run(entry)?;
    let (snapshots, seen) = (run.snapshots.clone(), run.fingerprint);
    let busy = Busy::new("looking at the cluster");
    let mut tell = |text: &str| {
        // who cannot be told is told the verdict
        let _ = busy.aside(|| output::say_lines(text));
    };
    let seat = context.cluster(entry).and_then(|record| record.seat.clone());
    let eyes = OwnEyes::new(api);
    let asked: &dyn Api = if seat.is_some() { &eyes } else { api };
    let report = stage.verify(asked, &snapshots, task, Patience::Learner(seen), &mut tell);
    drop(busy);
    if let Some(name) = seat {
        let verdict = task.is_none().then(|| report.verdict().as_str());
        if let Err(error) = workshop::claim(api, &name, &entry.lab.id.value, &stage.folder, verdict) {
            output::say(&format!("the instructor does not see your files: {error}"))?;
        }
    }
    let record = context.state.lab(&entry.lab.id.value);
    record.verified = record.verified.saturating_add(1);
    if let Some(run) = &mut record.run {
        run.fingerprint = report.fingerprint.or(seen);
        let looked_at =
            entry.lab.tasks.iter().map(|task| &*task.id.value.0).filter(|id| task.is_none_or(|task| task == *id));
        for id in looked_at {
            run.done.retain(|done| done != id);
            if report.is_done(id) {
                run.done.push(id.to_owned());
            }
        }
    }
    if task.is_none() && report.verdict() == Verdict::Pass && record.passed.is_none() {
        record.passed = Some(jiff::Timestamp::now().to_string());
    }
    context.save()?;
    Ok(report)
}

/// What a learner reads.
pub(in crate::commands) fn text(entry: &Entry, report: &Report, task: Option<&str>) -> String {
    let rules: Vec<&str> = entry.lab.rules.iter().filter_map(|rule| rule.value.0).map(|rule| rule.id).collect();
    let mut text = show::report(entry, report, &rules);
    let _ = write!(text, "\n{}", show::tally(report));
    text.push_str(match report.verdict() {
        Verdict::Pass if task.is_some() => ": this task is done\n",
        Verdict::Pass => ": passed\n\nnext: `tightship lab debrief` says why, `tightship lab start next` goes on\n",
        Verdict::Fail | Verdict::Blocked => "\n\n`tightship lab hint` helps, `tightship lab reset` begins anew\n",
        Verdict::Error => "\n\nwhat could not be checked is not your fault: `tightship lab doctor` may help\n",
    });
    text
}
