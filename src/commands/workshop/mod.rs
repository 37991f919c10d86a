//! `tightship workshop`.

mod down;
mod join;
mod plan;
mod seats;
mod up;
mod verify;

use anyhow::ensure;
use camino::Utf8Path;

use super::output;
use crate::cli::workshop::{WorkshopArgs, WorkshopCommand};
use crate::lab::course::{Course, Entry};
use crate::lab::lab_cluster::{LabCluster, SiteError};
use crate::workshop::roster::Workshop;
use crate::workshop::{WorkshopError, place};

/// The course that comes with the program: another one would have to be agreed to by every attendee.
fn course() -> anyhow::Result<Course> {
    Course::embedded().map_err(|faults| anyhow::anyhow!("{faults}"))
}

/// The labs of a workshop, in their order.
fn entries<'c>(course: &'c Course, workshop: &Workshop) -> anyhow::Result<Vec<&'c Entry>> {
    Ok(workshop.labs.iter().map(|lab| course.find(lab)).collect::<Result<Vec<_>, _>>()?)
}

/// The namespace that an attendee's kubectl works in, of a lab.
fn home_of(entry: &Entry, name: &str) -> String {
    place::namespaces(entry, name).into_iter().next().unwrap_or_else(|| "default".to_owned())
}

/// The workshop of a folder, and its cluster: the one that it was brought up on, and no other.
fn opened(dir: &Utf8Path) -> anyhow::Result<(Workshop, LabCluster)> {
    let workshop = Workshop::load(dir)?;
    ensure!(!workshop.uid.is_empty(), "this workshop is on no cluster: `tightship workshop up` brings it up");
    let site = LabCluster::adopt(&workshop.context, true)?;
    let context = &workshop.context;
    ensure!(
        workshop.uid == site.record.uid,
        "another cluster answers as {context} than the one that this workshop is on"
    );
    Ok((workshop, site))
}

/// Sentences on standard error.
fn say(text: &str) -> anyhow::Result<()> {
    Ok(output::say_lines(text)?)
}

/// Runs one of its commands.
pub(super) fn run(args: &WorkshopArgs) -> anyhow::Result<u8> {
    let dir = &args.dir;
    let done = match &args.command {
        WorkshopCommand::Plan(args) => plan::run(args),
        WorkshopCommand::Up(args) => up::run(dir, args),
        WorkshopCommand::Seats => seats::list(dir),
        WorkshopCommand::Issue(args) => seats::issue(dir, args),
        WorkshopCommand::Revoke(args) => seats::revoke(dir, args),
        WorkshopCommand::Verify(args) => verify::run(dir, args),
        WorkshopCommand::Reset(args) => verify::reset(dir, args),
        WorkshopCommand::Join(args) => join::run(args),
        WorkshopCommand::Down(args) => down::run(dir, args),
    };
    match done {
        // a cluster that does not answer is nobody's fault here
        Err(error) if is_of_cluster(&error) => {
            output::error_lines(&format!("{error:#}"))?;
            Ok(super::exit::ERROR)
        }
        done => done,
    }
}

fn is_of_cluster(error: &anyhow::Error) -> bool {
    let is_of_site = matches!(error.downcast_ref(), Some(SiteError::Api(_) | SiteError::Gone { .. }));
    is_of_site || error.downcast_ref::<WorkshopError>().is_some_and(WorkshopError::is_of_cluster)
}
