//! A judged benchmark, for people and for programs.

use std::io::{self, Write};

use serde_json::json;

use super::plain::Plain;
use crate::check::benchmark::{Benchmark, Evaluated, Seen, Status};
use crate::diagnostic::style::{BAD, FAINT, GOOD, HEADING, OPEN};
use crate::diagnostic::text::line;

/// The version of the JSON form.
const VERSION: u32 = 1;

/// A table, with the reasons for what did not pass; for everything if `all`.
pub fn text(benchmark: &Benchmark, all: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEADING}{}{HEADING:#}", benchmark.name.title())?;
    let mut section = "";
    for judged in &benchmark.items {
        if judged.item.section() != section {
            section = judged.item.section();
            writeln!(out, "\n{HEADING}{section} {}{HEADING:#}", judged.item.section_title())?;
        }
        item(judged, all, out)?;
    }
    writeln!(out)
}

fn item(judged: &Evaluated, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let (word, style) = match judged.status {
        Status::Pass => ("pass", GOOD),
        Status::Fail => ("fail", BAD),
        Status::Manual => ("manual", OPEN),
        Status::NotApplicable => ("n/a", FAINT),
    };
    writeln!(out, "  {style}{word:<6}{style:#}  {:<7} {}", judged.item.id, judged.item.title)?;
    if judged.status == Status::Pass && !all {
        return Ok(());
    }
    for seen in &judged.seen {
        writeln!(out, "                  {FAINT}{}{FAINT:#}", reason(seen))?;
    }
    Ok(())
}

fn reason(seen: &Seen) -> String {
    match (&seen.file, seen.line) {
        (Some(file), Some(number)) => line(&format!("{file}:{number}: {}", seen.note)).into_owned(),
        (Some(file), None) => line(&format!("{file}: {}", seen.note)).into_owned(),
        (None, _) => line(&seen.note).into_owned(),
    }
}

/// `34 pass, 9 fail, 40 manual, 18 not applicable`.
pub fn summary(benchmark: &Benchmark) -> String {
    if !benchmark.found {
        return "nothing to evaluate: no control plane and no node in the input".to_owned();
    }
    let counts = Status::ALL.map(|status| format!("{} {}", benchmark.count(status), status.as_str()));
    format!("{}: {}", benchmark.name.title(), counts.join(", "))
}

pub fn json(benchmark: &Benchmark, out: &mut dyn Write) -> io::Result<()> {
    let items: Vec<_> = benchmark
        .items
        .iter()
        .map(|judged| {
            let seen: Vec<_> = judged
                .seen
                .iter()
                .map(|seen| json!({"file": seen.file, "line": seen.line, "note": seen.note}))
                .collect();
            json!({
                "id": judged.item.id,
                "section": judged.item.section_title(),
                "title": judged.item.title,
                "automated": judged.item.automated,
                "status": judged.status.as_str(),
                "seen": seen,
            })
        })
        .collect();
    let summary: serde_json::Map<String, serde_json::Value> =
        Status::ALL.iter().map(|status| (status.as_str().to_owned(), benchmark.count(*status).into())).collect();
    let report = json!({"version": VERSION, "benchmark": benchmark.name.as_str(), "summary": summary, "items": items});
    serde_json::to_writer_pretty(Plain(&mut *out), &report)?;
    writeln!(out)
}
