//! `--as-admission`: what the API server would say, a line for each object.

use std::fmt::Write as _;

use crate::check::Outcome;
use crate::yaml::Source;

/// The outcome as lines `file:line: Kind namespace/name: message`.
pub fn render(outcome: &Outcome) -> String {
    let mut out = String::new();
    let sources: Vec<Option<Source>> = outcome
        .files
        .iter()
        .map(|file| file.text.as_ref().map(|text| Source::new(file.name.clone(), &**text)))
        .collect();
    for admission in &outcome.admissions {
        let Some(Some(source)) = sources.get(admission.file.0 as usize) else { continue };
        let (line, _) = source.position(admission.span.range().start);
        // writing to a string cannot fail
        let _ = writeln!(out, "{}:{line}: {}: {}", source.name(), admission.object, admission.message);
    }
    out
}
