//! `tightship workshop slides` and `report`.

use std::io::Write;

use camino::Utf8Path;

use super::opened::{Opened, course};
use crate::cli::room::{PartWord, ReportArgs, ReportFormat, SlidesArgs};
use crate::commands::{NOTHING, OK, output};
use crate::lab::course::Entry;
use crate::workshop::print::report::{self, Report};
use crate::workshop::print::slides::{self, Part};
use crate::workshop::roster::Workshop;

/// Each lab's page and debrief in large type.
pub(super) fn slides(dir: &Utf8Path, args: &SlidesArgs) -> anyhow::Result<u8> {
    let course = course()?;
    let (title, words) = if args.labs.is_empty() {
        let workshop = Workshop::load(dir)?;
        (workshop.title, workshop.labs)
    } else {
        let title = Workshop::find(dir)?.map(|workshop| workshop.title);
        (title.unwrap_or_default(), args.labs.clone())
    };
    let labs = words.iter().map(|word| course.find(word)).collect::<Result<Vec<&Entry>, _>>()?;
    let part = |word: &PartWord| match word {
        PartWord::Page => Part::Page,
        PartWord::Debrief => Part::Debrief,
    };
    let parts: Vec<Part> = args.parts.iter().map(part).collect();
    let page = slides::html(&title, &labs, &parts);
    output::report(args.output.as_deref(), false, |out| out.write_all(page.as_bytes()))?;
    Ok(OK)
}

/// What came of the workshop.
pub(super) fn report(dir: &Utf8Path, args: &ReportArgs) -> anyhow::Result<u8> {
    let opened = Opened::of(dir)?;
    let (entries, roster) = (opened.entries()?, opened.roster());
    let report = Report::of(&roster.title, &entries, &roster.attendees, &opened.labs, args.names);
    if report.labs.is_empty() {
        output::say("no lab was opened, so there is nothing to report")?;
        return Ok(NOTHING);
    }
    let text = match args.format {
        ReportFormat::Markdown => report::markdown(&report),
        ReportFormat::Html => report::html(&report),
        ReportFormat::Json => format!("{}\n", crate::diagnostic::text::json(&serde_json::to_string_pretty(&report)?)),
    };
    output::report(args.output.as_deref(), false, |out: &mut dyn Write| out.write_all(text.as_bytes()))?;
    Ok(OK)
}
