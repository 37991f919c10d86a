//! The baseline: findings that are known, so that only new ones are reported. It goes by rule, object and field, not by line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::diagnostic::Diagnostic;

/// The version of the file's form.
const VERSION: u32 = 1;

/// Known findings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// How often each is there.
    known: BTreeMap<Entry, usize>,
}

/// What a finding is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    object: String,
    path: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_one(count: &usize) -> bool {
    *count == 1
}

fn one() -> usize {
    1
}

/// A baseline that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not of the expected form.
    #[error("it is not a baseline: line {}, column {}", .0.line(), .0.column())]
    Form(serde_json::Error),
    /// A later version of the program wrote it.
    #[error("it has version {0}, and this program knows version {VERSION}; --update-baseline writes it anew")]
    Version(u32),
}

impl Baseline {
    /// The findings of an outcome.
    pub fn of(outcome: &Outcome) -> Self {
        let mut known = BTreeMap::new();
        for finding in &outcome.findings {
            *known.entry(entry(finding)).or_insert(0) += 1;
        }
        Self { known }
    }

    /// The rule, the object and the field of each that is known.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.known.keys().map(|entry| (entry.rule.as_str(), entry.object.as_str(), entry.path.as_str()))
    }

    /// Reads the text of the file.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let file: File = serde_json::from_str(text).map_err(BaselineError::Form)?;
        if file.version != VERSION {
            return Err(BaselineError::Version(file.version));
        }
        let known = file.findings.into_iter().map(|entry| {
            let count = entry.count;
            (Entry { count: 1, ..entry }, count)
        });
        Ok(Self { known: known.collect() })
    }

    /// The text of the file: a line for each finding, sorted, so that a change is easy to review.
    pub fn to_text(&self) -> serde_json::Result<String> {
        let mut lines = Vec::with_capacity(self.known.len());
        for (entry, count) in &self.known {
            lines.push(format!("    {}", serde_json::to_string(&Entry { count: *count, ..entry.clone() })?));
        }
        let list = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        Ok(format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{list}]\n}}\n"))
    }

    /// The number of findings.
    pub fn len(&self) -> usize {
        total(&self.known)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Takes the known findings out of an outcome, and gives the number of those that are not there any more.
    pub fn apply(mut self, outcome: &mut Outcome) -> usize {
        let before = outcome.findings.len();
        outcome.findings.retain(|finding| match self.known.get_mut(&entry(finding)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
        outcome.baselined += before - outcome.findings.len();
        total(&self.known)
    }
}

/// A file may say any number.
fn total(known: &BTreeMap<Entry, usize>) -> usize {
    known.values().fold(0, |sum, count| sum.saturating_add(*count))
}

fn entry(finding: &Diagnostic) -> Entry {
    let object = finding.object();
    let object = format!("{} {object}", object.api_version);
    let path = match &finding.container {
        Some(container) if !finding.path.contains(&format!("[{container}]")) => {
            format!("{} ({container})", finding.path)
        }
        _ => finding.path.to_string(),
    };
    Entry { rule: finding.id.to_owned(), object, path, count: 1 }
}
