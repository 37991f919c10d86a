//! `text`: for people, in the style of rustc.

use std::collections::HashMap;
use std::io::{self, Write};

use super::files::Files;
use super::tally::{Tally, summary};
use crate::diagnostic::style::{self, HEADING};
use crate::diagnostic::{Diagnostic, Location, Mask, Severity, Sources, draw};
use crate::yaml::Source;

/// How many places of one rule are shown in full.
const FEW: usize = 3;

/// Writes the findings with their lines, what could not be read, and a summary. Nothing if nothing was found.
pub(super) fn write(files: &Files<'_>, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let outcome = files.outcome;
    for notice in &outcome.notices {
        writeln!(out, "{}notice{:#}: {}: {}", style::INFO, style::INFO, files.place(&notice.location), notice.message)?;
    }
    if outcome.findings.is_empty() && outcome.errors.is_empty() {
        return Ok(());
    }
    if !outcome.notices.is_empty() {
        writeln!(out)?;
    }
    let mut shown: HashMap<&str, usize> = HashMap::new();
    for finding in &outcome.findings {
        let times = shown.entry(finding.id).or_default();
        if all || *times < FEW {
            *times += 1;
            let texts = FindingTexts::new(files, finding);
            let note = explain(finding, *times == 1);
            out.write_all(draw(finding, &texts, note.as_deref()).as_bytes())?;
        }
    }
    for broken in &outcome.errors {
        out.write_all(unreadable(files, broken).as_bytes())?;
    }
    let tally = Tally::of(outcome);
    rest(&tally, &shown, out)?;
    table(&tally, out)?;
    writeln!(out, "{HEADING}{}{HEADING:#}", summary(outcome))?;
    fixes(&tally, out)
}

/// Whether the finding is about what a Secret holds, or about an annotation, where `kubectl apply` keeps a copy of it.
fn is_secret(finding: &Diagnostic) -> bool {
    let harmless = ["apiVersion", "kind", "metadata", "type", "immutable"];
    let first = finding.path.split(['.', '[']).next().unwrap_or_default();
    let is_harmless = harmless.contains(&first) && !finding.path.starts_with("metadata.annotations");
    finding.object().kind == "Secret" && !is_harmless
}

/// A note on where to read about a rule, when it is shown for the first time.
fn explain(finding: &Diagnostic, first: bool) -> Option<String> {
    first.then(|| format!("`tightship explain {}` says why", finding.id))
}

/// The texts of a finding.
pub(super) struct FindingTexts<'a> {
    files: &'a Files<'a>,
    /// Whether no value may be shown.
    is_secret: bool,
}

impl<'a> FindingTexts<'a> {
    pub(super) fn new(files: &'a Files<'a>, finding: &Diagnostic) -> Self {
        Self { files, is_secret: is_secret(finding) }
    }
}

impl Sources for FindingTexts<'_> {
    fn source(&self, location: &Location) -> Option<(&Source, Mask<'_>)> {
        let hidden = self.files.hidden(location.file, location.span);
        let mask = if self.is_secret { Mask::Values(hidden) } else { Mask::Spans(hidden) };
        Some((self.files.source(location.file)?, mask))
    }
}

/// The text of a file that cannot be read as YAML: without a tree nobody knows what a line belongs to.
struct BrokenText<'a>(&'a Files<'a>);

impl Sources for BrokenText<'_> {
    fn source(&self, location: &Location) -> Option<(&Source, Mask<'_>)> {
        let source = self.0.source(location.file)?;
        let may_be_secret = self.0.may_hold_secrets(location.file);
        let hidden = self.0.hidden(location.file, location.span);
        let mask = if may_be_secret { Mask::Values(hidden) } else { Mask::Spans(hidden) };
        Some((source, mask))
    }
}

fn unreadable(files: &Files<'_>, broken: &Diagnostic) -> String {
    let has_text = files.source(broken.file()).is_some();
    let file = (!has_text).then(|| format!("in {}", files.name(broken.file())));
    draw(broken, &BrokenText(files), file.as_deref())
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
        let style = match severity {
            Severity::Error | Severity::Critical | Severity::High => style::ERROR,
            Severity::Medium | Severity::Warning => style::WARNING,
            Severity::Low => style::INFO,
        };
        writeln!(out, "{style}{:<8}{style:#}  {count:>width$}  {}", severity.as_str(), rule)?;
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
