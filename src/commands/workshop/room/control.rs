//! `tightship workshop open`, `close`, `extend`, `hint`, `freeze`, `banner`, `hand-up`: asked about, then written down.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{anyhow, bail};
use camino::Utf8Path;
use jiff::Timestamp;

use super::opened::Opened;
use crate::cli::room::{BannerArgs, CloseArgs, ExtendArgs, FreezeArgs, HandArgs, HintArgs, OpenArgs, Sure};
use crate::commands::{OK, output};
use crate::workshop::room::control::Stage;
use crate::workshop::room::{Act, Room};

pub(super) fn open(dir: &Utf8Path, args: &OpenArgs) -> anyhow::Result<u8> {
    let opened = Opened::of(dir)?;
    let lab = opened.lab(&args.lab)?;
    run(&opened, &Act::Open { lab, minutes: args.minutes }, &args.sure)
}

pub(super) fn close(dir: &Utf8Path, args: &CloseArgs) -> anyhow::Result<u8> {
    let opened = Opened::of(dir)?;
    let lab = args.lab.as_deref().map(|lab| opened.lab(lab)).transpose()?;
    run(&opened, &Act::Close { lab }, &args.sure)
}

pub(super) fn extend(dir: &Utf8Path, args: &ExtendArgs) -> anyhow::Result<u8> {
    run(&Opened::of(dir)?, &Act::Extend { minutes: args.minutes }, &args.sure)
}

pub(super) fn hint(dir: &Utf8Path, args: &HintArgs) -> anyhow::Result<u8> {
    run(&Opened::of(dir)?, &Act::Hint { name: args.name.clone(), task: args.task.clone() }, &args.sure)
}

pub(super) fn freeze(dir: &Utf8Path, args: &FreezeArgs) -> anyhow::Result<u8> {
    run(&Opened::of(dir)?, &Act::Freeze { on: !args.off }, &args.sure)
}

pub(super) fn banner(dir: &Utf8Path, args: &BannerArgs) -> anyhow::Result<u8> {
    run(&Opened::of(dir)?, &Act::Banner { text: args.text.clone() }, &args.sure)
}

pub(super) fn hand(dir: &Utf8Path, args: &HandArgs) -> anyhow::Result<u8> {
    run(&Opened::of(dir)?, &Act::Hand { name: args.name.clone(), up: !args.down }, &args.sure)
}

fn run(opened: &Opened, act: &Act, sure: &Sure) -> anyhow::Result<u8> {
    let (room, roster) = (Room::of(&opened.entries()?), opened.roster());
    let stage = Stage { room: &room, labs: &opened.labs, attendees: &roster.attendees, now: Timestamp::now() };
    let done = act.plan(&stage).map_err(|error| anyhow!(error))?;
    if !sure.yes {
        ask(&done.question)?;
    }
    opened.log.append(&done.entries)?;
    output::say(&done.said)?;
    if let Some(text) = &done.text {
        output::show(&format!("{}\n", crate::diagnostic::text::lines(text)))?;
    }
    Ok(OK)
}

fn ask(question: &str) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        bail!("nothing was done, as nobody can be asked: {question} With --yes it is done without asking");
    }
    let mut err = anstream::stderr().lock();
    write!(err, "{} [y/N] ", crate::diagnostic::text::line(question))?;
    err.flush()?;
    drop(err);
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if !matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        bail!("nothing was done");
    }
    Ok(())
}
