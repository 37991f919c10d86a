//! Which findings suppressions cover, and which of these cover any: found by place, as a file may have many of both.

use std::collections::HashMap;
use std::sync::Arc;

use super::Suppression;
use crate::check::Findings;
use crate::diagnostic::{Diagnostic, ObjectId};
use crate::yaml::FileId;

/// A rule in a file, and for whose findings.
type Key = (FileId, &'static str, Whose);

/// Objects may share places: one has an anchor where another has its alias. An annotation is about its own object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Anybodys,
    /// Of no object at all.
    Nobodys,
    Of(Arc<ObjectId>),
}

impl Whose {
    fn of_finding(finding: &Diagnostic) -> Self {
        finding.object.clone().map_or(Self::Nobodys, Self::Of)
    }

    /// For whose findings a suppression holds.
    fn of(suppression: &Suppression) -> Vec<Self> {
        if suppression.is_annotation {
            vec![Self::Nobodys, Self::Of(Arc::clone(&suppression.object))]
        } else {
            vec![Self::Anybodys]
        }
    }
}

/// Suppressions by rule, object and place.
pub(super) struct Covers {
    /// Where each begins, in order, with how far those up to it reach.
    reach: HashMap<Key, Vec<(u32, u32)>>,
}

impl Covers {
    pub(super) fn new<'s>(suppressions: impl Iterator<Item = &'s Suppression>) -> Self {
        let mut reach: HashMap<Key, Vec<(u32, u32)>> = HashMap::new();
        for suppression in suppressions {
            let (start, end) = suppression.bounds();
            for whose in Whose::of(suppression) {
                reach.entry((suppression.file, suppression.rule.id, whose)).or_default().push((start, end));
            }
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
        if self.reach.is_empty() {
            return false;
        }
        let at = finding.span().start;
        [Whose::Anybodys, Whose::of_finding(finding)].into_iter().any(|whose| {
            self.reach.get(&(finding.file(), finding.id, whose)).is_some_and(|list| {
                let before = list.partition_point(|(start, _)| *start <= at).checked_sub(1);
                before.and_then(|before| list.get(before)).is_some_and(|(_, end)| at < *end)
            })
        })
    }
}

/// Findings by rule, object and place.
pub(super) struct Found {
    places: HashMap<Key, Vec<u32>>,
}

impl Found {
    /// Those that any of these suppressions may cover.
    pub(super) fn new(findings: &Findings, suppressions: &[Suppression]) -> Self {
        let asked = suppressions.iter().flat_map(|suppression| {
            Whose::of(suppression).into_iter().map(|whose| (suppression.file, suppression.rule.id, whose))
        });
        let mut places: HashMap<Key, Vec<u32>> = asked.map(|key| (key, Vec::new())).collect();
        if places.is_empty() {
            return Self { places };
        }
        for finding in findings {
            for whose in [Whose::Anybodys, Whose::of_finding(finding)] {
                if let Some(list) = places.get_mut(&(finding.file(), finding.id, whose)) {
                    list.push(finding.span().start);
                }
            }
        }
        for list in places.values_mut() {
            list.sort_unstable();
        }
        Self { places }
    }

    /// Whether a suppression covers any.
    pub(super) fn any_in(&self, suppression: &Suppression) -> bool {
        let (start, end) = suppression.bounds();
        Whose::of(suppression).into_iter().any(|whose| {
            self.places.get(&(suppression.file, suppression.rule.id, whose)).is_some_and(|list| {
                let first = list.partition_point(|at| *at < start);
                list.get(first).is_some_and(|at| *at < end)
            })
        })
    }
}
