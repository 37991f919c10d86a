//! `tightship workshop verify`.

use camino::Utf8Path;

use super::site::{course, opened, say};
use crate::cli::workshop::{AttemptArgs, ResetArgs};
use crate::cluster::Progress as _;
use crate::commands::progress::Steps;
use crate::commands::{OK, interrupt, lab, output};
use crate::lab::lint::pool::Stoppable;
use crate::lab::run::Patience;
use crate::workshop::room::{Entry, Event, Log};
use crate::workshop::{self, Attempt, attempt};

/// Says of a lab of an attendee what is right and what is wrong, as their own `lab verify` would.
pub(super) fn run(dir: &Utf8Path, args: &AttemptArgs) -> anyhow::Result<u8> {
    let (workshop, site) = opened(dir)?;
    let name = &workshop.attendee(&args.name)?.name;
    let course = course()?;
    let entry = course.find(&args.lab)?;
    let id = &entry.lab.id.value.0;
    let wanted = Attempt { name, lab: id, task: None, patience: Patience::Learner(None) };
    let report = attempt(&course, &site, &site.client, wanted, &mut |step| {
        // who cannot be told is told the verdict
        let _ = say(step);
    })?;
    if args.json {
        lab::json(id, name, None, &report)?;
    } else {
        output::show(&lab::report(entry, &report, None))?;
    }
    Ok(lab::code(&report))
}

/// Begins a lab of an attendee anew.
pub(super) fn reset(dir: &Utf8Path, args: &ResetArgs) -> anyhow::Result<u8> {
    let (workshop, site) = opened(dir)?;
    let name = &workshop.attendee(&args.name)?.name;
    let course = course()?;
    let id = course.find(&args.lab)?.lab.id.value.0.clone();
    let api = Stoppable { api: &site.client, stop: interrupt::writing() };
    let mut steps = Steps::new();
    let begun = workshop::reset(&course, &site, &api, (name, &id), &mut |step| steps.step(step));
    if begun.is_err() {
        steps.fail();
    }
    let seconds = steps.finish();
    begun?;
    let event = Event::Reset { name: name.clone(), lab: id.clone() };
    Log::of(dir).append(&[Entry::new(jiff::Timestamp::now(), event)])?;
    say(&format!("{id} of {name} begins anew, after {:.1} s", seconds.as_secs_f64()))?;
    Ok(OK)
}
