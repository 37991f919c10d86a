//! `tightship workshop`.

mod plan;

use crate::cli::workshop::{WorkshopArgs, WorkshopCommand};
use crate::lab::course::Course;

/// The course that comes with the program: another one would have to be agreed to by every attendee.
fn course() -> anyhow::Result<Course> {
    Course::embedded().map_err(|faults| anyhow::anyhow!("{faults}"))
}

/// Runs one of its commands.
pub(super) fn run(args: &WorkshopArgs) -> anyhow::Result<u8> {
    match &args.command {
        WorkshopCommand::Plan(args) => plan::run(args),
    }
}
