//! `--as-admission`: what the API server would say, a line for each object.

use std::io::{self, Write};

use super::files::Files;
use crate::diagnostic::text::line;

/// Writes lines `file:line: Kind namespace/name: message`.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for admission in &files.outcome.admissions {
        let name = files.name(admission.file);
        let number = files.position(admission.file, admission.span.start).map_or(1, |position| position.line);
        writeln!(out, "{}:{number}: {}: {}", line(name), admission.object, line(&admission.message))?;
    }
    Ok(())
}
