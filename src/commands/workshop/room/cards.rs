//! `tightship workshop cards`.

use anyhow::anyhow;
use camino::Utf8Path;

use crate::cli::room::CardsArgs;
use crate::commands::{NOTHING, OK, output};
use crate::workshop::codes;
use crate::workshop::print::cards::{Card, Deck};
use crate::workshop::roster::Workshop;

/// A card for everybody who has a code.
pub(super) fn run(dir: &Utf8Path, args: &CardsArgs) -> anyhow::Result<u8> {
    let workshop = Workshop::load(dir)?;
    for name in &args.names {
        workshop.attendee(name)?;
    }
    let known = codes::load(dir)?;
    let wanted = workshop.attendees.iter().filter(|who| args.names.is_empty() || args.names.contains(&who.name));
    let cards: Vec<Card> = wanted
        .filter_map(|attendee| {
            let card = known.get(&attendee.name)?;
            let (name, seat) = (attendee.name.clone(), attendee.seat);
            Some(Card { name, seat, server: card.server.clone(), code: card.code.clone() })
        })
        .collect();
    if cards.is_empty() {
        output::say("nobody has a code that was not used: `tightship workshop issue NAME` gives one")?;
        return Ok(NOTHING);
    }
    let count = cards.len();
    let deck = Deck { title: workshop.title, note: args.note.clone(), cards };
    let page = deck.html().map_err(|error| anyhow!(error))?;
    output::report(args.output.as_deref(), false, |out| out.write_all(page.as_bytes()))?;
    output::say(&format!(
        "{}; each code is for one use, and whoever has it is that attendee",
        output::count(count, "card")
    ))?;
    Ok(OK)
}
