//! `tightship workshop board`.

use camino::Utf8Path;
use jiff::Timestamp;

use super::opened::{Opened, roster};
use super::watch;
use crate::cli::room::{BoardArgs, ViewWord};
use crate::commands::{OK, interrupt, output};
use crate::workshop::board::serve::{Bound, Service};
use crate::workshop::board::{self, How, Key};
use crate::workshop::room::Room;
use crate::workshop::roster::Workshop;

/// Serves the board, or writes it once.
pub(super) fn run(dir: &Utf8Path, args: &BoardArgs) -> anyhow::Result<u8> {
    let opened = Opened::of(dir)?;
    if args.html.is_some() || args.json || args.csv {
        return once(&opened, args);
    }
    let site = if args.no_watch { None } else { Some(watch::site(dir)?) };
    // what is wrong with the log is told before, and stands on the instructor's view, too
    opened.entries()?;
    let key = Key::of(dir)?;
    let bound =
        Bound::to(args.listen).map_err(|error| anyhow::anyhow!("{} cannot be listened at: {error}", args.listen))?;
    let address = bound.address();
    let own = std::net::SocketAddr::new(own_ip(address), address.port());
    let mut text = format!("projector:  http://{address}/\ninstructor: http://{own}/instructor?key={}\n", key.text());
    if !address.ip().is_loopback() {
        text += "whoever reaches this address sees the projector's view; the instructor's is answered on this machine only\n";
    }
    // the board goes on if whoever started it does not listen any more
    let _ = output::say_lines(&(text + "Ctrl-C ends"));
    let stop = interrupt::writing();
    let folder = dir.to_owned();
    let current = move || Workshop::load(&folder).map(|workshop| roster(&workshop)).map_err(|error| error.to_string());
    let service = Service::new(dir, key, opened.labs, Box::new(current));
    std::thread::scope(|scope| {
        if let Some(site) = &site {
            scope.spawn(|| watch::follow(dir, site, &args.pace, stop));
        }
        bound.serve(service, stop);
    });
    Ok(OK)
}

/// The address by which this machine reaches itself.
fn own_ip(address: std::net::SocketAddr) -> std::net::IpAddr {
    if address.is_ipv6() { std::net::Ipv6Addr::LOCALHOST.into() } else { std::net::Ipv4Addr::LOCALHOST.into() }
}

/// The board as it is now.
fn once(opened: &Opened, args: &BoardArgs) -> anyhow::Result<u8> {
    let (entries, notes) = opened.log.read()?;
    for note in &notes {
        output::say(note)?;
    }
    let (room, roster, now) = (Room::of(&entries), opened.roster(), Timestamp::now());
    if args.csv {
        output::print(&board::csv(&board::instructor(&room, &roster, now, notes)))?;
        return Ok(OK);
    }
    if args.view == ViewWord::Instructor {
        let desk = board::instructor(&room, &roster, now, notes);
        return write(args, &desk, || board::instructor_page(&desk, &opened.labs, now, How::File));
    }
    let wall = board::projector(&room, &roster, now);
    write(args, &wall, || board::projector_page(&wall, now, How::File))
}

fn write(args: &BoardArgs, view: &impl serde::Serialize, page: impl FnOnce() -> String) -> anyhow::Result<u8> {
    match args.html.as_deref() {
        None => output::json(view)?,
        Some(path) if path == "-" => output::print(&page())?,
        Some(path) => output::report(Some(path), false, |out| out.write_all(page().as_bytes()))?,
    }
    Ok(OK)
}
