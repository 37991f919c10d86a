//! What `tightship workshop` has for the room: the board, the controls, what is printed.

mod board;
mod cards;
mod control;
mod examiner;
mod opened;
mod printed;
mod watch;

use camino::Utf8Path;

use crate::cli::room::RoomCommand;

/// Runs one of its commands.
pub(super) fn run(dir: &Utf8Path, command: &RoomCommand) -> anyhow::Result<u8> {
    match command {
        RoomCommand::Open(args) => control::open(dir, args),
        RoomCommand::Close(args) => control::close(dir, args),
        RoomCommand::Extend(args) => control::extend(dir, args),
        RoomCommand::Hint(args) => control::hint(dir, args),
        RoomCommand::Freeze(args) => control::freeze(dir, args),
        RoomCommand::Banner(args) => control::banner(dir, args),
        RoomCommand::HandUp(args) => control::hand(dir, args),
        RoomCommand::Board(args) => board::run(dir, args),
        RoomCommand::Watch(pace) => watch::run(dir, pace),
        RoomCommand::Cards(args) => cards::run(dir, args),
        RoomCommand::Slides(args) => printed::slides(dir, args),
        RoomCommand::Report(args) => printed::report(dir, args),
    }
}
