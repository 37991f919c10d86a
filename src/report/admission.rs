//! `--as-admission`: what the API server would say, a line for each object.

use std::io::{self, Write};

use super::files::{Files, printable};

/// Writes lines `file:line: Kind namespace/name: message`.
pub(super) fn write(files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for admission in &files.outcome.admissions {
        let name = files.name(admission.file);
        let line = files.position(admission.file, admission.span.start).map_or(1, |position| position.line);
        let (object, message) = (admission.object.to_string(), &admission.message);
        writeln!(out, "{}:{line}: {}: {}", printable(name), printable(&object), printable(message))?;
    }
    Ok(())
}
