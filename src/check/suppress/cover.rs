//! Which findings suppressions cover, and which of these cover any: found by place, as a file may have many of both.

use std::collections::HashMap;

use super::Suppression;
use crate::check::Findings;
use crate::diagnostic::Diagnostic;
use crate::yaml::FileId;

/// A rule in a file.
type Key = (FileId, &'static str);

/// Suppressions by rule and place.
pub(super) struct Covers {
    /// Where each begins, in order, with how far those up to it reach.
    reach: HashMap<Key, Vec<(u32, u32)>>,
}

impl Covers {
    pub(super) fn new<'s>(suppressions: impl Iterator<Item = &'s Suppression>) -> Self {
        let mut reach: HashMap<Key, Vec<(u32, u32)>> = HashMap::new();
        for suppression in suppressions {
            let (start, end) = suppression.bounds();
            reach.entry((suppression.file, suppression.rule.id)).or_default().push((start, end));
        }
        for list in reach.values_mut() {
            list.sort_unstable();
            let mut most = 0;
            for (_, end) in list {
                most = most.max(*end);
                *end = most;
            }
        }
        Self { reach }
    }

    /// Whether any covers a finding.
    pub(super) fn has(&self, finding: &Diagnostic) -> bool {
        let at = finding.span().start;
        self.reach.get(&(finding.file(), finding.id)).is_some_and(|list| {
            let before = list.partition_point(|(start, _)| *start <= at).checked_sub(1);
            before.and_then(|before| list.get(before)).is_some_and(|(_, end)| at < *end)
        })
    }
}

/// Findings by rule and place.
pub(super) struct Found {
    places: HashMap<Key, Vec<u32>>,
}

impl Found {
    pub(super) fn new(findings: &Findings) -> Self {
        let mut places: HashMap<Key, Vec<u32>> = HashMap::new();
        for finding in findings {
            places.entry((finding.file(), finding.id)).or_default().push(finding.span().start);
        }
        for list in places.values_mut() {
            list.sort_unstable();
        }
        Self { places }
    }

    /// Whether a suppression covers any.
    pub(super) fn any_in(&self, suppression: &Suppression) -> bool {
        let (start, end) = suppression.bounds();
        self.places.get(&(suppression.file, suppression.rule.id)).is_some_and(|list| {
            let first = list.partition_point(|at| *at < start);
            list.get(first).is_some_and(|at| *at < end)
        })
    }
}
