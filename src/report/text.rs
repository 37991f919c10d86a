//! `text`: for people, in the style of rustc.

use std::collections::HashMap;
use std::io::{self, Write};

use annotate_snippets::Level;

use super::files::Files;
use super::tally::{Tally, summary};
use crate::check::Unreadable;
use crate::diagnostic::{Drawing, Mask, Shown, draw};
use crate::rules::{Finding, Severity};

/// How many places of one rule are shown in full.
const FEW: usize = 3;

/// Writes the findings with their lines, what could not be read, and a summary. Nothing if nothing was found.
pub(super) fn write(files: &Files<'_>, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let outcome = files.outcome;
    if outcome.findings.is_empty() && outcome.errors.is_empty() {
        return Ok(());
    }
    let mut shown: HashMap<&str, usize> = HashMap::new();
    for finding in &outcome.findings {
        let times = shown.entry(finding.rule.id).or_default();
        if all || *times < FEW {
            *times += 1;
            out.write_all(draw(&drawing(files, finding, *times == 1)).as_bytes())?;
        }
    }
    for broken in &outcome.errors {
        out.write_all(draw(&unreadable(files, broken)).as_bytes())?;
    }
    let tally = Tally::of(outcome);
    rest(&tally, &shown, out)?;
    table(&tally, out)?;
    writeln!(out, "{BOLD}{}{RESET}", summary(outcome))?;
    fixes(&tally, out)
}

const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

/// `first` is whether the rule is shown for the first time, when it is told where to read about it.
fn drawing<'a>(files: &'a Files<'_>, finding: &'a Finding, first: bool) -> Drawing<'a> {
    let is_masked = is_secret(finding);
    let places = finding.places.iter().filter_map(|place| {
        let mask = if is_masked { Mask::Values } else { Mask::Spans(files.hidden(place.file, place.span)) };
        Some(Shown { source: files.source(place.file)?, span: place.span, label: &place.label, mask })
    });
    let mut footers = Vec::new();
    footers.extend(finding.help.as_deref().map(|help| (Level::HELP, help.into())));
    footers.extend(
        finding
            .fix
            .as_ref()
            .map(|fix| (Level::HELP, format!("{} (`{}` does it)", fix.title, fix.safety.flag()).into())),
    );
    if first {
        footers.push((Level::NOTE, format!("`tightship explain {}` says why", finding.rule.id).into()));
    }
    let level = match finding.severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::INFO,
    };
    Drawing {
        level: level.with_name(finding.severity.as_str()),
        id: Some(finding.rule.id),
        message: &finding.message,
        places: places.collect(),
        footers,
    }
}

/// Whether the finding is about what a Secret holds, or about an annotation, where `kubectl apply` keeps a copy of it.
fn is_secret(finding: &Finding) -> bool {
    let harmless = ["apiVersion", "kind", "metadata", "type", "immutable"];
    let first = finding.path.split(['.', '[']).next().unwrap_or_default();
    let is_harmless = harmless.contains(&first) && !finding.path.starts_with("metadata.annotations");
    finding.object.kind == "Secret" && !is_harmless
}

fn unreadable<'a>(files: &'a Files<'_>, broken: &'a Unreadable) -> Drawing<'a> {
    let source = files.source(broken.file);
    let place = source.zip(broken.span).map(|(source, span)| {
        // without a tree nobody knows what a line belongs to
        let may_be_secret = source.text().contains("Secret");
        let mask = if may_be_secret { Mask::Values } else { Mask::Spans(files.hidden(broken.file, span)) };
        Shown { source, span, label: "", mask }
    });
    let file = place.is_none().then(|| (Level::NOTE, format!("in {}", files.name(broken.file)).into()));
    Drawing {
        level: Level::ERROR,
        id: None,
        message: &broken.message,
        places: place.into_iter().collect(),
        footers: file.into_iter().collect(),
    }
}

/// How much was not shown.
fn rest(tally: &Tally, shown: &HashMap<&str, usize>, out: &mut dyn Write) -> io::Result<()> {
    let all: usize = tally.rules.iter().map(|rule| rule.2).sum();
    let more = all - shown.values().sum::<usize>().min(all);
    if more > 0 { writeln!(out, "... and {more} more of the same rules (`--all` shows them)\n") } else { Ok(()) }
}

/// How often each rule fires; one rule alone is in the summary already.
fn table(tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    if tally.rules.len() < 2 {
        return Ok(());
    }
    let width = tally.rules.iter().map(|rule| rule.2).max().unwrap_or_default().to_string().len();
    for (rule, severity, count) in &tally.rules {
        let colour = match severity {
            Severity::Critical | Severity::High => "\x1b[1m\x1b[91m",
            Severity::Medium => "\x1b[1m\x1b[33m",
            Severity::Low => "\x1b[1m\x1b[94m",
        };
        writeln!(out, "{colour}{:<8}{RESET}  {count:>width$}  {}", severity.as_str(), rule.id)?;
    }
    writeln!(out)
}

fn fixes(tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    match (tally.safe, tally.risky) {
        (0, 0) => Ok(()),
        (safe, 0) => writeln!(out, "{safe} fixable with `--fix`"),
        (0, risky) => writeln!(out, "{risky} fixable with `--fix=unsafe`"),
        (safe, risky) => writeln!(out, "{safe} fixable with `--fix`, {} with `--fix=unsafe`", safe + risky),
    }
}
