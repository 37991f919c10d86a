//! The course, the workshop of a folder, and its cluster.

use anyhow::ensure;
use camino::Utf8Path;

use crate::commands::output;
use crate::lab::course::{Course, Entry};
use crate::lab::lab_cluster::LabCluster;
use crate::workshop::place;
use crate::workshop::roster::Workshop;

/// The course that comes with the program: another one would have to be agreed to by every attendee.
pub(super) fn course() -> anyhow::Result<Course> {
    Course::embedded().map_err(|faults| anyhow::anyhow!("{faults}"))
}

/// The labs of a workshop, in their order.
pub(super) fn entries<'c>(course: &'c Course, workshop: &Workshop) -> anyhow::Result<Vec<&'c Entry>> {
    Ok(workshop.labs.iter().map(|lab| course.find(lab)).collect::<Result<Vec<_>, _>>()?)
}

/// The namespace that an attendee's kubectl works in, of a lab.
pub(super) fn home_of(entry: &Entry, name: &str) -> String {
    place::namespaces(entry, name).into_iter().next().unwrap_or_else(|| "default".to_owned())
}

/// The workshop of a folder, and its cluster: the one that it was brought up on, and no other.
pub(super) fn opened(dir: &Utf8Path) -> anyhow::Result<(Workshop, LabCluster)> {
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
pub(super) fn say(text: &str) -> anyhow::Result<()> {
    Ok(output::say_lines(text)?)
}
