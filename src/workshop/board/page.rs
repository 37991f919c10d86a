//! The two pages: one text each, with their own style and script and nothing else. Whatever an attendee or a check says is text.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::model::{Board, Projector};
use super::parts;
use crate::diagnostic::text::escaped;
use crate::workshop::room::LabSheet;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// How often a browser without scripts asks again, in seconds.
const REFRESH: u32 = 10;

/// For whom a page is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// For browsers that ask this program again and again.
    Served,
    /// A file, which asks nobody.
    File,
}

/// What a page may do: nothing but its own style and script, and asking where it came from.
pub(super) fn policy(how: How, has_forms: bool) -> String {
    let forms = if has_forms { "'self'" } else { "'none'" };
    let style = hash(STYLE);
    match how {
        How::Served => format!(
            "default-src 'none'; style-src {style}; script-src {}; connect-src 'self'; base-uri 'none'; form-action {forms}; \
             frame-ancestors 'none'",
            hash(SCRIPT)
        ),
        How::File => format!("default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'"),
    }
}

/// What the policy calls a text of the page.
pub fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// The page for the projector.
pub fn projector_page(projector: &Projector, now: Timestamp, how: How) -> String {
    let mut live = String::new();
    parts::header(&mut live, &projector.title, projector.lab.as_ref(), &projector.counts, now, projector.is_frozen);
    parts::banner(&mut live, &projector.banner);
    live += "<div class=\"upper\">";
    parts::histogram(&mut live, &projector.tasks);
    live += "<section class=\"feed\"><h2>What happened</h2>";
    if let Some(hint) = &projector.hint {
        let (task, text) = (escaped(&hint.task), parts::prose(&hint.text));
        let _ = write!(live, "<p class=\"hint\"><b>Hint {} for {task}</b> {text}</p>", hint.number);
    }
    parts::feed(&mut live, &projector.feed, 6);
    live += "</section></div>";
    parts::tiles(&mut live, &projector.tiles);
    page("projector", &projector.title, &live, "", how)
}

/// The page for the instructor. The controls stand outside of what is renewed, so that nobody loses what they type.
pub fn instructor_page(board: &Board, labs: &[LabSheet], now: Timestamp, how: How) -> String {
    let mut live = String::new();
    parts::header(&mut live, &board.title, board.lab.as_ref(), &board.counts, now, board.is_frozen);
    parts::banner(&mut live, &board.banner);
    for note in &board.notes {
        let _ = write!(live, "<p class=\"note\">{}</p>", escaped(note));
    }
    let has_forms = how == How::Served;
    parts::help(&mut live, &board.help, has_forms);
    parts::errors(&mut live, &board.errors);
    live += "<div class=\"upper\">";
    parts::histogram(&mut live, &board.tasks);
    live += "<section class=\"feed\"><h2>What happened</h2>";
    parts::feed(&mut live, &board.feed, 8);
    live += "</section></div>";
    parts::people(&mut live, &board.attendees);
    let controls = if has_forms { parts::controls(labs) } else { String::new() };
    page("instructor", &board.title, &live, &controls, how)
}

fn page(kind: &str, title: &str, live: &str, controls: &str, how: How) -> String {
    let title = if title.is_empty() { "Workshop".to_owned() } else { escaped(title) };
    let mut page = String::with_capacity(live.len() + STYLE.len() + SCRIPT.len() + 2048);
    page += "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
    if how == How::File {
        let policy = policy(how, false);
        let _ = writeln!(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
        page += "<meta name=\"referrer\" content=\"no-referrer\">\n";
    }
    page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    if how == How::Served {
        let _ = writeln!(page, "<noscript><meta http-equiv=\"refresh\" content=\"{REFRESH}\"></noscript>");
    }
    let _ = write!(
        page,
        "<title>{title}</title>\n<style>{STYLE}</style></head>\n<body class=\"{kind}\">\n{}",
        parts::PATTERNS
    );
    let _ = writeln!(page, "<main><div id=\"live\">{live}</div>{controls}</main>");
    if how == How::Served {
        let _ = write!(page, "<script>{SCRIPT}</script>");
    }
    page + "</body></html>\n"
}
