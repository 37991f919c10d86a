//! `concise`: one line for each finding, as compilers print them.

use std::fmt::Write as _;

use crate::check::Outcome;
use crate::yaml::Source;

/// The outcome as lines `file:line:column: severity[rule] message`.
pub fn render(outcome: &Outcome) -> String {
    let mut out = String::new();
    let sources: Vec<Option<Source>> = outcome
        .files
        .iter()
        .map(|file| file.text.as_ref().map(|text| Source::new(file.name.clone(), &**text)))
        .collect();
    for finding in &outcome.findings {
        let Some(Some(source)) = sources.get(finding.file().0 as usize) else { continue };
        let (line, column) = source.position(finding.span().range().start);
        let severity = finding.severity.as_str();
        // writing to a string cannot fail
        let _ = writeln!(out, "{}:{line}:{column}: {severity}[{}] {}", source.name(), finding.rule.id, finding.message);
    }
    out
}
