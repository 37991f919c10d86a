//! `github`: commands of GitHub workflows, which become annotations on the lines of a pull request.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::files::Files;
use crate::diagnostic::text::line;
use crate::diagnostic::{Location, Severity};

/// Writes lines `::error file=...,line=...::message`.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &files.outcome.findings {
        let command = match finding.severity {
            Severity::Error | Severity::Critical | Severity::High => "error",
            Severity::Medium | Severity::Warning => "warning",
            Severity::Low => "notice",
        };
        let place = place(files, &finding.location);
        let title = property(&format!("{}[{}]", finding.severity.as_str(), finding.id));
        let mut message = finding.message.to_string();
        let label = Some(&*finding.location.label).filter(|label| !label.is_empty());
        for more in label.into_iter().chain(finding.help.as_deref()) {
            message.push('\n');
            message.push_str(more);
        }
        writeln!(out, "::{command} {place},title={title}::{}", data(&message))?;
    }
    for notice in &files.outcome.notices {
        let place = place(files, &notice.location);
        writeln!(out, "::notice {place},title=notice::{}", data(&notice.message))?;
    }
    for broken in &files.outcome.errors {
        let place = place(files, &broken.location);
        writeln!(out, "::error {place},title=cannot be read::{}", data(&broken.message))?;
    }
    if let Some(left_out) = files.outcome.left_out.summary() {
        writeln!(out, "::notice title=not looked at::{}", data(&left_out))?;
    }
    Ok(())
}

fn place(files: &Files<'_>, location: &Location) -> String {
    let mut place = format!("file={}", property(&line(&files.name(location.file).replace('\\', "/"))));
    if let Some((start, end)) = files.range(location.file, location.span) {
        // columns count only within one line; the last one belongs to the annotation
        let _ = write!(place, ",line={},endLine={}", start.line, end.line);
        if start.line == end.line {
            let _ = write!(place, ",col={},endColumn={}", start.column, end.column.saturating_sub(1).max(start.column));
        }
    }
    place
}

/// Escapes what ends a command. What a log viewer would obey is in none of these texts.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
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
