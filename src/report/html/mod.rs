//! `html`: one file to look at, without a request to anywhere: the findings by rule, to be filtered, and pictures of who reaches
//! whom and who may do what. Whatever an input says is text: nothing of it is markup, and the policy of the page runs nothing
//! but its own script.

use std::collections::BTreeMap;
use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::files::Files;
use super::tally::{Tally, summary};
use super::text::FindingTexts;
use crate::diagnostic::text::escaped;
use crate::diagnostic::{Diagnostic, Severity, draw};
use crate::graph::{self, Format, Graph};
use crate::rules;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// So many findings of a rule are shown with their lines.
const FEW: usize = 3;
/// All lines together take at most so many bytes.
const MOST_LINES: usize = 1 << 20;
/// A rule with more findings is folded.
const MANY: usize = 20;

/// Writes the page. `all` shows the lines of more findings.
pub(super) fn write(files: &Files<'_>, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let tally = Tally::of(files.outcome);
    let namespaces = Namespaces::of(files);
    head(files, out)?;
    filters(&tally, &namespaces, out)?;
    notes(files, out)?;
    findings(files, &tally, &namespaces, all, out)?;
    pictures(files, out)?;
    writeln!(
        out,
        "</main><footer>tightship {}. This page is one file and makes no request.</footer><script>{SCRIPT}</script></body></html>",
        env!("CARGO_PKG_VERSION")
    )
}

/// The numbers of the namespaces: shorter than their names, of which there may be one for each finding.
struct Namespaces(BTreeMap<String, usize>);

impl Namespaces {
    fn of(files: &Files<'_>) -> Self {
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        for finding in &files.outcome.findings {
            if let Some(name) = finding.object().namespace.as_deref().filter(|name| !all.contains_key(*name)) {
                all.insert(name.to_owned(), 0);
            }
        }
        // 0 is for what has none
        all.values_mut().zip(1..).for_each(|(number, next)| *number = next);
        Self(all)
    }

    fn number(&self, finding: &Diagnostic) -> usize {
        finding.object().namespace.as_deref().and_then(|name| self.0.get(name)).copied().unwrap_or_default()
    }
}

/// What the policy calls a text of the page.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

fn head(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (style, script, summary) = (hash(STYLE), hash(SCRIPT), escaped(&summary(files.outcome)));
    let count = files.outcome.findings.len();
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {style}; script-src {script}; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>tightship: {count} findings</title>\n<style>{STYLE}</style></head>\n\
         <body><header><h1>tightship check</h1><p>{summary}</p></header><main>\n"
    )
}

fn filters(tally: &Tally, namespaces: &Namespaces, out: &mut dyn Write) -> io::Result<()> {
    if tally.rules.is_empty() {
        return Ok(());
    }
    write!(out, "<fieldset id=\"filters\"><legend>Filters</legend>")?;
    for (severity, count) in &tally.severities {
        let word = severity.as_str();
        write!(
            out,
            "<label class=\"chip {word}\"><input type=\"checkbox\" name=\"{word}\" checked> {word} <b>{count}</b></label>"
        )?;
    }
    write!(out, "<label>Namespace <select name=\"namespace\"><option value=\"\">all</option>")?;
    for (name, number) in &namespaces.0 {
        write!(out, "<option value=\"{number}\">{}</option>", escaped(name))?;
    }
    write!(
        out,
        "<option value=\"0\">none written</option></select></label><label>Rule <select name=\"rule\"><option value=\"\">all</option>"
    )?;
    let mut ids: Vec<&str> = tally.rules.iter().map(|rule| rule.0).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        write!(out, "<option>{}</option>", escaped(id))?;
    }
    writeln!(
        out,
        "</select></label><label>Text <input type=\"search\" name=\"text\" autocomplete=\"off\"></label>\
         <output name=\"shown\"></output></fieldset>"
    )
}

/// What could not be read, and what a change brings.
fn notes(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (title, list) in [("Not read", &files.outcome.errors), ("Of this change", &files.outcome.notices)] {
        if list.is_empty() {
            continue;
        }
        write!(out, "<section><h2>{title}</h2><ul class=\"notes\">")?;
        for note in list {
            write!(out, "<li><code>{}</code> {}</li>", escaped(&files.place(&note.location)), escaped(&note.message))?;
        }
        writeln!(out, "</ul></section>")?;
    }
    Ok(())
}

fn findings(
    files: &Files<'_>,
    tally: &Tally,
    namespaces: &Namespaces,
    all: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut groups: BTreeMap<(&str, Severity), Vec<&Diagnostic>> = BTreeMap::new();
    for finding in &files.outcome.findings {
        groups.entry((finding.id, finding.severity)).or_default().push(finding);
    }
    writeln!(out, "<section><h2>Findings</h2>")?;
    if tally.rules.is_empty() {
        writeln!(out, "<p>None.</p>")?;
    }
    let mut left = MOST_LINES;
    for (id, severity, count) in &tally.rules {
        rule(id, *severity, *count, out)?;
        let group = groups.get(&(*id, *severity)).map(Vec::as_slice).unwrap_or_default();
        for (at, finding) in group.iter().enumerate() {
            let lines = if all || at < FEW { lines(files, finding).filter(|text| text.len() <= left) } else { None };
            left -= lines.as_ref().map_or(0, String::len);
            item(files, finding, namespaces.number(finding), lines, out)?;
        }
        writeln!(out, "</ol></details>")?;
    }
    writeln!(out, "</section>")
}

/// The head of a rule's findings, with what it is about.
fn rule(id: &str, severity: Severity, count: usize, out: &mut dyn Write) -> io::Result<()> {
    let word = severity.as_str();
    let open = if count <= MANY { " open" } else { "" };
    write!(
        out,
        "<details class=\"rule {word}\" data-rule=\"{}\" data-severity=\"{word}\"{open}><summary><span class=\"severity\">{word}</span> \
         <code>{}</code> ",
        escaped(id),
        escaped(id)
    )?;
    let known = rules::find(id);
    if let Some(rule) = known {
        write!(out, "{} ", escaped(rule.summary))?;
    }
    write!(out, "<b>{count}</b></summary>")?;
    if let Some(rule) = known {
        write!(out, "<p class=\"why\">{} {}</p>", escaped(rule.why.trim()), escaped(rule.prevents.trim()))?;
        let controls: Vec<String> = rule.control_names().collect();
        if !controls.is_empty() {
            write!(out, "<p class=\"controls\">{}</p>", escaped(&controls.join("; ")))?;
        }
    }
    writeln!(out, "<ol>")
}

fn item(
    files: &Files<'_>,
    finding: &Diagnostic,
    namespace: usize,
    lines: Option<String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (place, message) = (escaped(&files.place(&finding.location)), escaped(&finding.message));
    let object = finding.object();
    let name = match &object.namespace {
        Some(namespace) => format!("{} {namespace}/{}", object.kind, object.name),
        None => format!("{} {}", object.kind, object.name),
    };
    write!(out, "<li data-n=\"{namespace}\">{message}<br><code>{place}</code> <i>{}</i>", escaped(&name))?;
    if let Some(lines) = lines {
        write!(out, "<pre>{lines}</pre>")?;
    }
    writeln!(out, "</li>")
}

/// The lines of a finding, as the text for terminals has them.
fn lines(files: &Files<'_>, finding: &Diagnostic) -> Option<String> {
    let drawn = draw(finding, &FindingTexts::new(files, finding), None);
    let plain = anstream::adapter::strip_str(&drawn).to_string();
    // the first line is the message
    let lines: Vec<String> = plain.trim_end().lines().skip(1).map(|line| escaped(line.trim_end())).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn pictures(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let worst = files.outcome.worst();
    let ask = |kind: &str, namespace: Option<&str>, name: &str| worst.of(kind, namespace, name);
    let facts = &files.outcome.facts;
    picture(&graph::network(facts, &ask), out)?;
    picture(&graph::rbac(facts, &ask), out)
}

fn picture(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    if graph.is_empty() {
        return Ok(());
    }
    let title = escaped(graph.title());
    write!(out, "<section class=\"picture\"><h2>{title}</h2>")?;
    for note in graph.notes() {
        write!(out, "<p>{}</p>", escaped(&note))?;
    }
    writeln!(
        out,
        "<p class=\"legend\"><span class=\"bad\">wrong</span> <span class=\"warned\">look at it</span> \
         <span class=\"outside\">outside of the input</span></p><section class=\"scroll\" tabindex=\"0\" aria-label=\"{title}\">{}</section></section>",
        graph.write(Format::Svg, false)
    )
}
