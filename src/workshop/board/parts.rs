//! The parts of both pages.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::model::{Counts, Item, Lab, Row, Task, Tile};
use crate::diagnostic::text::escaped;
use crate::workshop::room::LabSheet;

/// What the bars are filled with: a pattern besides the colour, for who does not see the colour.
pub(super) const PATTERNS: &str = "<svg class=\"patterns\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\
    <pattern id=\"p-working\" width=\"10\" height=\"10\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
    <rect width=\"10\" height=\"10\" class=\"w0\"/><rect width=\"4\" height=\"10\" class=\"w1\"/></pattern>\
    <pattern id=\"p-failing\" width=\"10\" height=\"10\" patternUnits=\"userSpaceOnUse\">\
    <rect width=\"10\" height=\"10\" class=\"f0\"/><path d=\"M0 0L10 10M10 0L0 10\" class=\"f1\"/></pattern>\
    <pattern id=\"p-error\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
    <rect width=\"8\" height=\"8\" class=\"e0\"/><circle cx=\"4\" cy=\"4\" r=\"2\" class=\"e1\"/></pattern></defs></svg>\n";

/// A text of several lines in one: what a check says is prose.
pub(super) fn prose(text: &str) -> String {
    escaped(&text.split_whitespace().collect::<Vec<&str>>().join(" "))
}

pub(super) fn header(
    out: &mut String,
    title: &str,
    lab: Option<&Lab>,
    counts: &Counts,
    now: Timestamp,
    is_frozen: bool,
) {
    let title = if title.is_empty() { "Workshop" } else { title };
    let heading = lab.map_or(title, |lab| &lab.title);
    // writing to a string cannot fail
    let _ = write!(out, "<header><h1>{}</h1>", escaped(heading));
    if let Some(lab) = lab {
        clock(out, lab, now);
        let _ = write!(out, "<p class=\"big\"><b>{}</b> of {} done</p>", counts.done, counts.attendees);
    } else {
        let _ = write!(out, "<p class=\"big\"><b>{}</b> of {} are here</p>", counts.joined, counts.attendees);
    }
    if counts.need_help > 0 {
        let need = if counts.need_help == 1 { "needs" } else { "need" };
        let _ = write!(out, "<p class=\"big\"><b>{}</b> {need} help</p>", counts.need_help);
    }
    if is_frozen {
        *out += "<p class=\"big\">stands still</p>";
    }
    *out += "</header>\n";
}

fn clock(out: &mut String, lab: &Lab, now: Timestamp) {
    let Ok(opened) = lab.opened.parse::<Timestamp>() else { return };
    let closed: Option<Timestamp> = lab.closed.as_ref().and_then(|at| at.parse().ok());
    let minutes = closed.unwrap_or(now).duration_since(opened).as_secs().max(0) / 60;
    let is_over = minutes >= i64::from(lab.minutes);
    let (class, end) = (if is_over { " over" } else { "" }, if closed.is_some() { ", closed" } else { "" });
    let ticks = closed.map_or_else(|| format!(" data-opened=\"{}\"", opened.as_millisecond()), |_| String::new());
    let _ = write!(
        out,
        "<p class=\"big clock{class}\" data-minutes=\"{}\"{ticks}><b>{minutes}</b> of {} min{end}</p>",
        lab.minutes, lab.minutes
    );
}

pub(super) fn banner(out: &mut String, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(out, "<p class=\"banner\" role=\"status\">{}</p>", escaped(text));
    }
}

pub(super) fn histogram(out: &mut String, tasks: &[Task]) {
    *out += "<section class=\"tasks\"><h2>Tasks</h2>";
    if tasks.is_empty() {
        *out += "<p>No lab is open yet.</p></section>";
        return;
    }
    *out += "<table><thead><tr><th scope=\"col\">task</th><th scope=\"col\" class=\"wide\">where the room is</th>\
             <th scope=\"col\">done</th><th scope=\"col\">working</th><th scope=\"col\">failing</th><th scope=\"col\">median</th></tr></thead><tbody>";
    for task in tasks {
        let median =
            task.median_seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{} min", (seconds + 30) / 60));
        let _ = write!(
            out,
            "<tr><th scope=\"row\"><span class=\"number\">{}</span> {}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{median}</td></tr>",
            task.number,
            escaped(&task.id),
            bar(task),
            task.done,
            task.working,
            task.failing + task.error,
        );
    }
    *out += "</tbody></table></section>\n";
}

/// The numbers of the row, as lengths.
fn bar(task: &Task) -> String {
    let all = task.done + task.working + task.failing + task.error + task.waiting;
    let mut bar = String::from("<svg class=\"bar\" width=\"100%\" height=\"26\" aria-hidden=\"true\">");
    let mut from = 0;
    for (class, count) in
        [("done", task.done), ("working", task.working), ("failing", task.failing), ("error", task.error)]
    {
        if count == 0 || all == 0 {
            continue;
        }
        let (x, width) = (per_mille(from, all), per_mille(count, all));
        let _ = write!(bar, "<rect class=\"{class}\" x=\"{x}%\" width=\"{width}%\" height=\"26\"/>");
        from += count;
    }
    bar + "</svg>"
}

/// A share in percent with one digit.
fn per_mille(part: usize, all: usize) -> String {
    let share = part * 1000 / all.max(1);
    format!("{}.{}", share / 10, share % 10)
}

pub(super) fn feed(out: &mut String, items: &[Item], most: usize) {
    *out += "<ol>";
    for item in items.iter().take(most) {
        let time = item.at.get(11..16).unwrap_or_default();
        let name = item.name.as_ref().map(|name| format!("<b>{}</b> ", escaped(name))).unwrap_or_default();
        let at = escaped(&item.at);
        let _ = write!(out, "<li><time datetime=\"{at}\">{time}</time> {name}{}</li>", escaped(&item.what));
    }
    *out += "</ol>";
}

/// A tile for everybody: all of them on one screen.
pub(super) fn tiles(out: &mut String, tiles: &[Tile]) {
    let columns = match tiles.len() {
        0..=12 => 4,
        13..=40 => 8,
        41..=90 => 12,
        91..=150 => 16,
        _ => 20,
    };
    let _ = write!(out, "<section class=\"room\"><h2>The room</h2><ol class=\"tiles c{columns}\">");
    for tile in tiles {
        let class = tile.state.replace(' ', "-");
        let mark = match (tile.state, tile.task) {
            ("done", _) => "✓".to_owned(),
            (_, Some(task)) => task.to_string(),
            _ => "·".to_owned(),
        };
        let word = tile.name.as_ref().map_or_else(|| tile.state.to_owned(), |name| escaped(name));
        let _ = write!(out, "<li class=\"{class}\"><b>{mark}</b><span>{word}</span></li>");
    }
    *out += "</ol><ul class=\"legend\"><li class=\"done\">✓ done</li><li class=\"working\">at task 1, 2, …</li>\
             <li class=\"idle\">idle</li><li class=\"not-joined\">not here yet</li></ul></section>\n";
}

/// Who needs somebody now.
pub(super) fn help(out: &mut String, rows: &[Row], has_forms: bool) {
    *out += "<section class=\"help\"><h2>Who needs help</h2>";
    if rows.is_empty() {
        *out += "<p>Nobody, now.</p></section>\n";
        return;
    }
    *out += "<ol>";
    for row in rows {
        let (name, state) = (escaped(&row.name), row.state);
        let reason = if row.has_hand_up { "hand up" } else { "stuck" };
        let task = row.task.as_ref().map_or_else(String::new, |task| format!(" at <code>{}</code>", escaped(task)));
        let _ = write!(
            out,
            "<li class=\"{state}\"><b>{name}</b> seat {}, <i>{reason}</i> for {} min{task}",
            row.seat, row.wait_minutes
        );
        if let Some(check) = row.check.as_ref().filter(|check| !check.is_empty()) {
            let _ = write!(out, ", check <code>{}</code>", escaped(check));
        }
        if let Some(why) = &row.why {
            let _ = write!(out, "<p>{}</p>", prose(why));
        }
        if has_forms {
            buttons(out, row);
        }
        *out += "</li>";
    }
    *out += "</ol></section>\n";
}

fn buttons(out: &mut String, row: &Row) {
    let name = escaped(&row.name);
    let mut button = |act: &str, text: &str| {
        let _ = write!(
            out,
            "<form method=\"post\" action=\"/instructor\"><input type=\"hidden\" name=\"name\" value=\"{name}\">\
             <button type=\"submit\" name=\"do\" value=\"{act}\">{text}</button></form>"
        );
    };
    if row.has_hand_up {
        button("hand-down", "was helped");
    }
    button("hint", "note the next hint");
}

/// What the cluster does not let the verifier see; nobody in the room is to blame.
pub(super) fn errors(out: &mut String, rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    *out += "<section class=\"errors\"><h2>Errors of the cluster</h2><ul>";
    for row in rows.iter().take(20) {
        let why = row.why.as_deref().map(prose).unwrap_or_default();
        let _ = write!(out, "<li class=\"error\"><b>{}</b> {why}</li>", escaped(&row.name));
    }
    if rows.len() > 20 {
        let _ = write!(out, "<li>and {} more</li>", rows.len() - 20);
    }
    *out += "</ul></section>\n";
}

/// Everybody, by seat.
pub(super) fn people(out: &mut String, rows: &[Row]) {
    *out += "<section class=\"people\"><h2>Everybody</h2><table><thead><tr><th scope=\"col\">seat</th><th scope=\"col\">name</th>\
             <th scope=\"col\">state</th><th scope=\"col\">task</th><th scope=\"col\">passed</th><th scope=\"col\">check</th>\
             <th scope=\"col\">nothing new for</th><th scope=\"col\">hints</th></tr></thead><tbody>";
    for row in rows {
        let class = row.state.replace(' ', "-");
        let hand = if row.has_hand_up { " (hand up)" } else { "" };
        let gone = if row.is_revoked { " (revoked)" } else { "" };
        let text = |text: Option<&String>| text.map(|text| escaped(text)).unwrap_or_default();
        let _ = write!(
            out,
            "<tr><td>{}</td><th scope=\"row\">{}</th><td class=\"{class}\">{}{hand}{gone}</td><td>{}</td><td>{}</td><td>{}</td><td>{} min</td><td>{}</td></tr>",
            row.seat,
            escaped(&row.name),
            row.state,
            text(row.task.as_ref()),
            row.passed,
            text(row.check.as_ref()),
            row.wait_minutes,
            row.hints,
        );
    }
    *out += "</tbody></table></section>\n";
}

/// What an instructor does. Each takes two steps: opening, and the button.
pub(super) fn controls(labs: &[LabSheet]) -> String {
    let mut options = String::new();
    for lab in labs {
        let (id, title) = (escaped(&lab.id), escaped(&lab.title));
        let _ = write!(options, "<option value=\"{id}\">{id}: {title}, {} min</option>", lab.minutes);
    }
    let minutes = "<label>Minutes <input type=\"number\" name=\"minutes\" min=\"1\" max=\"1440\"";
    let mut out = String::from("<aside class=\"controls\"><h2>Controls</h2>");
    for (act, title, fields, button) in [
        (
            "open",
            "Open a lab",
            format!(
                "<label>Lab <select name=\"lab\">{options}</select></label>{minutes} placeholder=\"as it says\"></label>"
            ),
            "Open it for everybody",
        ),
        ("extend", "More time", format!("{minutes} value=\"5\" required></label>"), "Give the room more time"),
        ("close", "Close the lab", String::new(), "Close it for everybody"),
        ("hint", "A hint for all", String::new(), "Show the next hint to everybody"),
        (
            "banner",
            "Banner",
            "<label>Text <input type=\"text\" name=\"text\" maxlength=\"128\" autocomplete=\"off\"></label>".to_owned(),
            "Show it; without a text, take it away",
        ),
        ("freeze", "Freeze the projector", String::new(), "Let it stand still"),
        ("thaw", "Thaw the projector", String::new(), "Let it go on"),
    ] {
        let _ = write!(
            out,
            "<details><summary>{title}</summary><form method=\"post\" action=\"/instructor\">{fields}\
             <button type=\"submit\" name=\"do\" value=\"{act}\">{button}</button></form></details>"
        );
    }
    out + "</aside>"
}
