//! `tightship lab`.

mod debrief;
mod desk;
mod doctor;
mod down;
mod hint;
mod lint;
mod list;
mod reset;
mod show;
mod solution;
mod start;
mod status;
mod verify;
mod watch;

use crate::cli::lab::{LabArgs, LabCommand};
use desk::Desk;

/// Something could not be looked at, which is not the learner's fault.
const ERROR: u8 = 3;

/// Runs one of its commands.
pub(super) fn run(args: &LabArgs) -> anyhow::Result<u8> {
    let desk = Desk::open(args)?;
    match &args.command {
        None => status::brief(&desk),
        Some(LabCommand::List(args)) => list::run(&desk, args),
        Some(LabCommand::Start(args)) => start::run(desk, args),
        Some(LabCommand::Verify(args)) => verify::run(desk, args),
        Some(LabCommand::Hint(args)) => hint::run(desk, args),
        Some(LabCommand::Watch(name)) => watch::run(desk, name),
        Some(LabCommand::Reset(name)) => reset::run(desk, name),
        Some(LabCommand::Solution(args)) => solution::run(desk, args),
        Some(LabCommand::Debrief(name)) => debrief::run(&desk, name),
        Some(LabCommand::Status) => status::run(&desk),
        Some(LabCommand::Doctor(args)) => doctor::run(&desk, args),
        Some(LabCommand::Lint(args)) => lint::run(&desk, args),
        Some(LabCommand::Down) => down::run(desk),
    }
}
