//! `github`: commands of GitHub workflows, which become annotations on the lines of a pull request.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::files::Files;
use crate::rules::{FileId, Severity};
use crate::yaml::Span;

/// Writes lines `::error file=...,line=...::message`.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &files.outcome.findings {
        let command = match finding.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low => "notice",
        };
        let place = place(files, finding.file(), finding.place().map(|place| place.span));
        let title = property(&format!("{}[{}]", finding.severity.as_str(), finding.rule.id));
        let mut message = finding.message.clone();
        let label = finding.place().map(|place| place.label.as_str()).filter(|label| !label.is_empty());
        for more in label.into_iter().chain(finding.help.as_deref()) {
            message.push('\n');
            message.push_str(more);
        }
        writeln!(out, "::{command} {place},title={title}::{}", data(&message))?;
    }
    for broken in &files.outcome.errors {
        let place = place(files, broken.file, broken.span);
        writeln!(out, "::error {place},title=cannot be read::{}", data(&broken.message))?;
    }
    Ok(())
}

fn place(files: &Files<'_>, file: FileId, span: Option<Span>) -> String {
    let mut place = format!("file={}", property(&files.name(file).replace('\\', "/")));
    if let Some((start, end)) = span.and_then(|span| files.range(file, span)) {
        // columns count only within one line; the last one belongs to the annotation
        let _ = write!(place, ",line={},endLine={}", start.line, end.line);
        if start.line == end.line {
            let _ = write!(place, ",col={},endColumn={}", start.column, end.column.saturating_sub(1).max(start.column));
        }
    }
    place
}

/// Escapes what ends a command, and what a log viewer would obey.
fn data(text: &str) -> String {
    let is_odd = |character: char| character == '%' || character.is_control();
    if !text.contains(is_odd) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            _ if character.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Escapes what ends a property of a command as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn escapes_what_the_runner_reads() {
        assert_eq!(data("50%: a,b\r\nc"), "50%25: a,b%0D%0Ac");
        assert_eq!(property("50%: a,b\r\nc"), "50%25%3A a%2Cb%0D%0Ac");
    }
}
