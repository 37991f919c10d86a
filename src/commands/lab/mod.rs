//! `tightship lab`.

mod consent;
mod context;
mod debrief;
mod doctor;
mod down;
mod hint;
mod lint;
mod list;
mod new;
mod reset;
mod show;
mod solution;
mod start;
mod status;
mod verify;
mod watch;

use crate::cli::lab::{LabArgs, LabCommand};
use context::LabContext;
pub(super) use verify::{code, json, text as report};

/// Runs one of its commands.
pub(super) fn run(args: &LabArgs) -> anyhow::Result<u8> {
    // it needs no course that can be read
    if let Some(LabCommand::New(new)) = &args.command {
        return new::run(args.course.as_deref(), new);
    }
    let context = LabContext::open(args)?;
    match &args.command {
        None => status::brief(&context),
        Some(LabCommand::List(args)) => list::run(&context, args),
        Some(LabCommand::Start(args)) => start::run(context, args),
        Some(LabCommand::Verify(args)) => verify::run(context, args),
        Some(LabCommand::Hint(args)) => hint::run(context, args),
        Some(LabCommand::Watch(name)) => watch::run(context, name),
        Some(LabCommand::Reset(name)) => reset::run(context, name),
        Some(LabCommand::Solution(args)) => solution::run(context, args),
        Some(LabCommand::Debrief(name)) => debrief::run(&context, name),
        Some(LabCommand::Status) => status::run(&context),
        Some(LabCommand::Doctor(args)) => doctor::run(&context, args),
        Some(LabCommand::Lint(args)) => lint::run(&context, args),
        Some(LabCommand::Down) => down::run(context),
        Some(LabCommand::New(new)) => new::run(args.course.as_deref(), new),
    }
}
