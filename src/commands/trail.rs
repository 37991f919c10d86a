//! `tightship audit-trail`: what the history of a repository weakened.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::busy::Busy;
use super::{OK, output};
use crate::check::trail::{self, Change, Event, Person, State, Trail};
use crate::cli::{TrailArgs, TrailFormat};
use crate::diagnostic::text::{self, line};
use crate::spec::validate;

/// The version of the JSON.
const VERSION: u32 = 1;
/// What the table says in each column.
const COLUMNS: [&str; 9] = ["date", "commit", "author", "what", "of", "rule", "reason", "until", "state"];

/// Shows the trail of a history.
pub(super) fn run(args: &TrailArgs) -> anyhow::Result<u8> {
    let busy = Busy::new("reading the history");
    let mut trail = trail::read(&args.commit, validate::today())?;
    drop(busy);
    if args.anonymous {
        anonymize(&mut trail);
    }
    if args.open {
        trail.events.retain(|event| event.state != State::Ended);
    }
    if trail.is_cut {
        output::say("the history is cut off here (a shallow clone): what is older is not known")?;
    }
    let text = match args.format {
        TrailFormat::Table => table(&trail),
        TrailFormat::Markdown => markdown(&trail),
        TrailFormat::Json => format!("{}\n", text::json(&serde_json::to_string_pretty(&json(&trail))?)),
    };
    output::report(args.output.as_deref(), false, |out| out.write_all(text.as_bytes()))?;
    let said = |state: State| {
        trail.events.iter().filter(|event| event.state == state && event.change == Change::Added).count()
    };
    output::say(&format!(
        "{}: {} weakened something that is in force, {} something that has expired, {} something that is gone",
        output::count(trail.commits, "commit"),
        said(State::InForce),
        said(State::Expired),
        said(State::Ended),
    ))?;
    Ok(OK)
}

/// Numbers in the place of people, in the order in which they come.
fn anonymize(trail: &mut Trail) {
    let mut people: Vec<Person> = Vec::new();
    for event in &mut trail.events {
        let at = people.iter().position(|person| *person == event.author).unwrap_or_else(|| {
            people.push(event.author.clone());
            people.len() - 1
        });
        event.author = Person { name: format!("author {}", at + 1), mail: String::new() };
    }
}

fn change(event: &Event) -> &'static str {
    match event.change {
        Change::Added => "added",
        Change::Changed => "changed",
        Change::Ended => "ended",
    }
}

fn state(event: &Event) -> &'static str {
    match event.state {
        State::InForce => "in force",
        State::Expired => "expired",
        State::Ended => "ended",
    }
}

/// The cells of a row; each is one line of safe text.
fn row(event: &Event) -> [String; 9] {
    let details = &event.details;
    let reason = match (&details.reason, &details.ticket) {
        (Some(reason), Some(ticket)) => format!("{reason} ({ticket})"),
        (reason, ticket) => reason.clone().or_else(|| ticket.clone()).unwrap_or_default(),
    };
    let place = match event.key.object.as_str() {
        "" => event.path.to_string(),
        object => format!("{} {object}", event.path),
    };
    let cells = [
        event.date.get(..10).unwrap_or(&event.date).to_owned(),
        event.commit.get(..12).unwrap_or(&event.commit).to_owned(),
        match event.author.mail.as_str() {
            "" => event.author.name.clone(),
            mail => format!("{} <{mail}>", event.author.name),
        },
        format!("{} {}", event.key.kind.as_str(), change(event)),
        place,
        event.key.rule.clone(),
        reason,
        details.until.map(|until| until.to_string()).unwrap_or_default(),
        state(event).to_owned(),
    ];
    cells.map(|cell| line(&cell).into_owned())
}

fn table(trail: &Trail) -> String {
    let rows: Vec<[String; 9]> =
        std::iter::once(COLUMNS.map(str::to_owned)).chain(trail.events.iter().map(row)).collect();
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// A cell of a table in Markdown: nothing in it is a link, a picture, a tag or the end of the cell.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if matches!(character, '\\' | '|' | '`' | '<' | '>' | '[' | ']' | '!' | '*' | '_' | '#' | '&' | '@' | ':') {
            // writing to a string cannot fail
            let _ = write!(out, "&#{};", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

fn markdown(trail: &Trail) -> String {
    let mut out = format!("| {} |\n|{}\n", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()));
    for event in &trail.events {
        let _ = writeln!(out, "| {} |", row(event).map(|text| cell(&text)).join(" | "));
    }
    out
}

fn json(trail: &Trail) -> Json {
    let event = |event: &Event| {
        json!({
            "commit": event.commit,
            "date": event.date,
            "author": { "name": event.author.name, "mail": event.author.mail },
            "file": event.path,
            "change": change(event),
            "kind": event.key.kind,
            "object": event.key.object,
            "rule": event.key.rule,
            "reason": event.details.reason,
            "ticket": event.details.ticket,
            "until": event.details.until.map(|until| until.to_string()),
            "state": state(event),
        })
    };
    json!({
        "version": VERSION,
        "commits": trail.commits,
        "shallow": trail.is_cut,
        "events": trail.events.iter().map(event).collect::<Vec<_>>(),
    })
}
