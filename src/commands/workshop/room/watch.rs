//! `tightship workshop watch`: the verifier, alone or beside the board.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use camino::Utf8Path;
use jiff::Timestamp;

use super::examiner::Site;
use super::opened::course;
use crate::cli::room::PaceArgs;
use crate::commands::workshop::site::opened;
use crate::commands::{OK, interrupt, output};
use crate::workshop::room::Log;
use crate::workshop::verifier::{Pace, Verifier};

/// Verifies until it is interrupted.
pub(super) fn run(dir: &Utf8Path, args: &PaceArgs) -> anyhow::Result<u8> {
    let site = site(dir)?;
    output::say("watching; Ctrl-C ends")?;
    follow(dir, &site, args, interrupt::writing());
    Ok(OK)
}

/// The cluster of the workshop.
pub(super) fn site(dir: &Utf8Path) -> anyhow::Result<Site> {
    let (workshop, cluster) = opened(dir)?;
    Ok(Site { course: course()?, cluster, dir: dir.to_owned(), id: workshop.id })
}

/// Verifies until it is told to stop.
pub(super) fn follow(dir: &Utf8Path, site: &Site, args: &PaceArgs, stop: &AtomicBool) {
    let pace =
        Pace { hands: usize::from(args.hands), sweep: Duration::from_secs(u64::from(args.sweep)), ..Pace::default() };
    // who cannot be told sees it on the board
    let tell = |text: &str| drop(output::say(text));
    Verifier::new(site, Log::of(dir), pace, Timestamp::now).run(stop, &tell);
}
