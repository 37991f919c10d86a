//! `concise`: one line for each finding, as compilers print them.

use std::io::{self, Write};

use super::files::{Files, printable};

/// Writes lines `file:line:column: severity[rule] message`.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &files.outcome.findings {
        let place = files.place(finding.file(), finding.place().map(|place| place.span));
        let (severity, rule) = (finding.severity.as_str(), finding.rule.id);
        writeln!(out, "{}: {severity}[{rule}] {}", printable(&place), printable(&finding.message))?;
    }
    for broken in &files.outcome.errors {
        let place = files.place(broken.file, broken.span);
        writeln!(out, "{}: error: {}", printable(&place), printable(&broken.message))?;
    }
    Ok(())
}
