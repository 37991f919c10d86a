//! `tightship workshop seats`, `issue` and `revoke`.

use std::fmt::Write as _;

use camino::Utf8Path;

use super::site::{opened, say};
use super::up;
use crate::cli::workshop::{IssueArgs, SeatName};
use crate::commands::{OK, output};
use crate::workshop::room::{Entry, Event, Log};
use crate::workshop::{access, codes, up as making};

/// Shows who has joined, and the codes of those who have not.
pub(super) fn list(dir: &Utf8Path) -> anyhow::Result<u8> {
    let (mut workshop, site) = opened(dir)?;
    let cards = up::note_joins(dir, &site, &mut workshop)?;
    let mut text = String::new();
    for attendee in &workshop.attendees {
        let state = match (&attendee.joined, cards.get(&attendee.name)) {
            (Some(_), _) => "joined".to_owned(),
            (None, Some(card)) => format!("tightship workshop join {} {}", card.server, card.code),
            (None, None) => "no code".to_owned(),
        };
        let _ = writeln!(text, "{:>3} {:<24} {state}", attendee.seat, attendee.name);
    }
    output::print(&text)?;
    Ok(OK)
}

/// Hands out another code; what the attendee has already goes on.
pub(super) fn issue(dir: &Utf8Path, args: &IssueArgs) -> anyhow::Result<u8> {
    let (mut workshop, site) = opened(dir)?;
    workshop.attendee(&args.name)?;
    making::renew_account(&site.client, &args.name)?;
    let (code, card, _) = up::issue(&site, &workshop, &args.name, args.hours)?;
    let line = format!("tightship workshop join {} {}\n", card.server, card.code);
    let mut cards = codes::load(dir)?;
    cards.insert(args.name.clone(), card);
    codes::save(dir, &cards)?;
    if let Some(attendee) = workshop.attendees.iter_mut().find(|attendee| attendee.name == args.name) {
        attendee.code_hash = Some(code.hash());
        attendee.joined = None;
    }
    workshop.save(dir)?;
    output::print(&line)?;
    Ok(OK)
}

/// Ends what an attendee has: codes and tokens.
pub(super) fn revoke(dir: &Utf8Path, args: &SeatName) -> anyhow::Result<u8> {
    let (mut workshop, site) = opened(dir)?;
    workshop.attendee(&args.name)?;
    let ended = access::revoke(&site.client, &workshop, &args.name)?;
    let mut cards = codes::load(dir)?;
    cards.remove(&args.name);
    codes::save(dir, &cards)?;
    if let Some(attendee) = workshop.attendees.iter_mut().find(|attendee| attendee.name == args.name) {
        attendee.code_hash = None;
        attendee.joined = None;
    }
    workshop.save(dir)?;
    let event = Event::Revoked { name: args.name.clone() };
    Log::of(dir).append(&[Entry::new(jiff::Timestamp::now(), event)])?;
    say(&format!(
        "{}: codes withdrawn, {} deleted; their tokens end within 10 s, their objects stay\n`tightship workshop issue {}` gives another code",
        args.name,
        output::count(ended, "account"),
        args.name
    ))?;
    Ok(OK)
}
