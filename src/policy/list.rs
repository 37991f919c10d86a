//! What policies can be made for, as a table.

use std::fmt::Write as _;

use super::subject::Subject;
use crate::k8s::version::Version;

/// A table for people.
pub fn table() -> String {
    let width = Subject::all().map(|subject| subject.id().len()).max().unwrap_or_default();
    let mut out = format!("{:<width$}  {:<17}  what is refused\n", "rule", "Pod Security");
    for subject in Subject::all() {
        let level = match subject.control() {
            Some(control) if control.since > Version::OLDEST.minor() => {
                format!("{}, 1.{}+", control.level.as_str(), control.since)
            }
            Some(control) => control.level.as_str().to_owned(),
            None => "-".to_owned(),
        };
        let _ = writeln!(out, "{:<width$}  {level:<17}  {}", subject.id(), subject.summary());
    }
    out
}
