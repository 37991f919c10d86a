//! `text`: for people, in the style of rustc.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

use super::files::Files;
use super::tally::{Tally, summary};
use crate::diagnostic::style::{self, HEADING};
use crate::diagnostic::{Diagnostic, Location, Mask, ObjectId, Severity, Sources, draw};
use crate::yaml::{FileId, Source};

/// How many places of one rule are shown in full.
const FEW: usize = 3;

/// How many findings are named once more at the end.
const WORST: usize = 10;

/// Writes the findings with their lines, those of a file together and the file with the worst first; what could not be read; and a
/// summary. Nothing if nothing was found.
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
    let ordered = by_file(outcome.findings.iter());
    let mut shown: HashMap<&str, (usize, usize)> = HashMap::new();
    // with `--all` each has its own lines
    let groups = if all { ordered.iter().map(|finding| vec![*finding]).collect() } else { together(&ordered) };
    for group in groups {
        let Some(&finding) = group.first() else { continue };
        let (times, findings) = shown.entry(finding.id).or_default();
        if all || *times < FEW {
            (*times, *findings) = (*times + 1, *findings + group.len());
            let texts = FindingTexts::new(files, finding);
            let notes = [same_in(files, &group), explain(finding, *times == 1)];
            let notes: Vec<String> = notes.into_iter().flatten().collect();
            let note = (!notes.is_empty()).then(|| notes.join("; "));
            out.write_all(draw(finding, &texts, note.as_deref()).as_bytes())?;
        }
    }
    for broken in &outcome.errors {
        out.write_all(unreadable(files, broken).as_bytes())?;
    }
    let tally = Tally::of(outcome);
    rest(&tally, &shown, out)?;
    table(&tally, out)?;
    worst(files, ordered, out)?;
    writeln!(out, "{HEADING}{}{HEADING:#}", summary(outcome))?;
    fixes(&tally, out)
}

/// Findings that come by file and place, with the files of the worst ones first.
fn by_file<'f>(findings: impl Iterator<Item = &'f Diagnostic>) -> Vec<&'f Diagnostic> {
    let mut ordered: Vec<&Diagnostic> = findings.collect();
    let mut worst: HashMap<FileId, Severity> = HashMap::new();
    for finding in &ordered {
        let severity = worst.entry(finding.file()).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }
    ordered.sort_by_key(|finding| (Reverse(worst.get(&finding.file()).copied()), finding.file()));
    ordered
}

/// The same with those that differ only in the container put together, in the place of the first.
fn together<'f>(ordered: &[&'f Diagnostic]) -> Vec<Vec<&'f Diagnostic>> {
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    let mut known: HashMap<(&str, FileId, *const ObjectId, String), usize> = HashMap::new();
    for finding in ordered {
        let Some(container) = &finding.container else {
            groups.push(vec![finding]);
            continue;
        };
        let words = finding.message.replace(&format!("`{}`", &**container), "`");
        let key = (finding.id, finding.file(), std::ptr::from_ref(finding.object()), words);
        let at = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// A note on the other containers of which the same is to be said.
fn same_in(files: &Files<'_>, group: &[&Diagnostic]) -> Option<String> {
    let others = group.get(1..).filter(|others| !others.is_empty())?;
    let place = |finding: &&Diagnostic| {
        let name = finding.container.as_deref().unwrap_or_default();
        let place = files.place(&finding.location);
        let line = place.rsplit(':').nth(1).unwrap_or_default().to_owned();
        format!("`{name}` (line {line})")
    };
    let places: Vec<String> = others.iter().map(place).collect();
    Some(format!("the same in container {}", places.join(", ")))
}

/// Names the worst findings with their places, where there are too many to see them all.
fn worst(files: &Files<'_>, mut ordered: Vec<&Diagnostic>, out: &mut dyn Write) -> io::Result<()> {
    if ordered.len() <= WORST {
        return Ok(());
    }
    ordered.sort_by_key(|finding| Reverse(finding.severity));
    writeln!(out, "{HEADING}the worst:{HEADING:#}")?;
    for finding in ordered.into_iter().take(WORST) {
        let style = style_of(finding.severity);
        let (severity, place) = (finding.severity.as_str(), files.place(&finding.location));
        writeln!(out, "{style}{severity:<8}{style:#}  {place}: {}", finding.message)?;
    }
    writeln!(out)
}

fn style_of(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error | Severity::Critical | Severity::High => style::ERROR,
        Severity::Medium | Severity::Warning => style::WARNING,
        Severity::Low => style::INFO,
    }
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
fn rest(tally: &Tally, shown: &HashMap<&str, (usize, usize)>, out: &mut dyn Write) -> io::Result<()> {
    let all: usize = tally.rules.iter().map(|rule| rule.2).sum();
    let more = all - shown.values().map(|(_, findings)| findings).sum::<usize>().min(all);
    if more > 0 { writeln!(out, "... and {more} more of the same rules (`--all` shows them)\n") } else { Ok(()) }
}

/// How often each rule fires; one rule alone is in the summary already.
fn table(tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    if tally.rules.len() < 2 {
        return Ok(());
    }
    let width = tally.rules.iter().map(|rule| rule.2).max().unwrap_or_default().to_string().len();
    for (rule, severity, count) in &tally.rules {
        let style = style_of(*severity);
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
