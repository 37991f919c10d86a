//! `concise`: one line for each finding, as compilers print them.

use std::io::{self, Write};

use super::files::Files;

/// Writes lines `file:line:column: severity[rule] message`.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &files.outcome.findings {
        let (place, severity) = (files.place(&finding.location), finding.severity.as_str());
        writeln!(out, "{place}: {severity}[{}] {}", finding.id, finding.message)?;
    }
    for notice in &files.outcome.notices {
        writeln!(out, "{}: notice: {}", files.place(&notice.location), notice.message)?;
    }
    for broken in &files.outcome.errors {
        writeln!(out, "{}: error: {}", files.place(&broken.location), broken.message)?;
    }
    Ok(())
}
