//! What was found: by file and place, in many short lists. One long list of a million would be copied as a whole while it grows.

use std::collections::BTreeMap;
use std::collections::btree_map::{self, Entry};

use crate::diagnostic::Diagnostic;
use crate::yaml::FileId;

/// The findings of a run. Once they are sorted, they come by file and place.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Each list by the place at which it begins, up to that of the next.
    lists: BTreeMap<(FileId, u32), Vec<Diagnostic>>,
}

impl Findings {
    /// Takes those of a part of a file, which begins at a byte of it.
    pub(super) fn take(&mut self, file: FileId, start: u32, mut findings: Vec<Diagnostic>) {
        match self.lists.entry((file, start)) {
            Entry::Vacant(entry) => {
                entry.insert(findings);
            }
            Entry::Occupied(mut entry) => entry.get_mut().append(&mut findings),
        }
    }

    /// Takes those of other files.
    pub(super) fn append(&mut self, other: Self) {
        for ((file, start), findings) in other.lists {
            self.take(file, start, findings);
        }
    }

    /// Adds one of any place.
    pub fn push(&mut self, finding: Diagnostic) {
        let (file, at) = (finding.file(), finding.span().start);
        match self.lists.range_mut((file, 0)..=(file, at)).next_back() {
            Some((_, list)) => list.push(finding),
            None => self.lists.entry((file, 0)).or_default().push(finding),
        }
    }

    /// Keeps those that are wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&Diagnostic) -> bool) {
        self.lists.retain(|_, list| {
            list.retain(&mut wanted);
            !list.is_empty()
        });
    }

    /// Puts them in order: by file, place and severity.
    pub(super) fn sort(&mut self) {
        let strays = self.strays();
        self.extend(strays);
        for list in self.lists.values_mut() {
            // in place: what is the same by all of this may change places
            list.sort_unstable_by(|a, b| {
                (a.span(), std::cmp::Reverse(a.severity), a.id, &a.message).cmp(&(
                    b.span(),
                    std::cmp::Reverse(b.severity),
                    b.id,
                    &b.message,
                ))
            });
        }
    }

    /// Takes out those that lie outside of the part that they were found in: an alias stands for what is written elsewhere.
    fn strays(&mut self) -> Vec<Diagnostic> {
        let mut strays = Vec::new();
        let ends: Vec<(FileId, u32)> = self.lists.keys().skip(1).copied().collect();
        let mut ends = ends.into_iter();
        for (start, list) in &mut self.lists {
            let end = ends.next();
            let is_stray = |finding: &mut Diagnostic| {
                let at = (finding.file(), finding.span().start);
                at < *start || at.0 != start.0 || end.is_some_and(|end| at >= end)
            };
            strays.extend(list.extract_if(.., is_stray));
        }
        strays
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lists.values().map(Vec::len).sum()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.lists.values().all(Vec::is_empty)
    }

    /// The first one.
    pub fn first(&self) -> Option<&Diagnostic> {
        self.iter().next()
    }

    /// All of them.
    pub fn iter(&self) -> Iter<'_> {
        self.lists.values().flatten()
    }

    /// All of them, to change what is said of them, but not their places.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        self.lists.values_mut().flatten()
    }
}

/// Findings, one after the other.
pub type Iter<'a> = std::iter::Flatten<btree_map::Values<'a, (FileId, u32), Vec<Diagnostic>>>;
/// Findings to change, one after the other.
pub type IterMut<'a> = std::iter::Flatten<btree_map::ValuesMut<'a, (FileId, u32), Vec<Diagnostic>>>;

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Diagnostic;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Findings {
    type Item = &'a mut Diagnostic;
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> IterMut<'a> {
        self.iter_mut()
    }
}

impl IntoIterator for Findings {
    type Item = Diagnostic;
    type IntoIter = std::iter::Flatten<btree_map::IntoValues<(FileId, u32), Vec<Diagnostic>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.lists.into_values().flatten()
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, findings: I) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

impl FromIterator<Diagnostic> for Findings {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(findings: I) -> Self {
        let mut all = Self::default();
        all.extend(findings);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Findings;
    use crate::diagnostic::{Diagnostic, Location};
    use crate::yaml::{FileId, Span};

    fn finding(file: u32, at: u32) -> Diagnostic {
        Diagnostic::new(Location::new(FileId(file), Span { start: at, end: at + 1 }, ""), "x")
    }

    #[test]
    fn come_by_file_and_place_wherever_they_were_put() {
        let mut findings = Findings::default();
        findings.take(FileId(1), 10, vec![finding(1, 19), finding(1, 11), finding(1, 2), finding(0, 1)]);
        findings.take(FileId(0), 20, vec![finding(0, 25)]);
        findings.take(FileId(0), 0, vec![finding(0, 3)]);
        findings.extend([finding(0, 22), finding(1, 5), finding(1, 30), finding(2, 7), finding(0, 19), finding(2, 0)]);
        findings.sort();
        let places: Vec<(u32, u32)> = findings.iter().map(|it| (it.file().0, it.span().start)).collect();
        assert!(places.is_sorted() && places.len() == 12 && findings.len() == 12, "{places:?}");
        findings.retain(|finding| finding.file().0 == 2);
        assert_eq!(findings.into_iter().map(|it| it.span().start).collect::<Vec<_>>(), [0, 7]);
    }
}
