//! `tightship workshop`.

mod down;
mod join;
mod plan;
mod room;
mod seats;
mod site;
mod up;
mod verify;

use super::output;
use crate::cli::workshop::{WorkshopArgs, WorkshopCommand};
use crate::lab::lab_cluster::SiteError;
use crate::workshop::WorkshopError;

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
        WorkshopCommand::Room(of) => room::run(dir, of),
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
