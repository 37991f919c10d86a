//! Three texts into one: what tightship wrote last, what a person made of it, and what it would write now. Line by line, as
//! `git merge-file` does it.

use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

/// What comes of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// Both changes are in it.
    Clean(String),
    /// Both changed the same lines: those are there twice, between markers.
    Conflict(String),
}

/// The line before what a person wrote, the one between, and the one after what tightship would write.
const MARKERS: [&str; 3] = ["<<<<<<< edited by hand", "=======", ">>>>>>> tightship"];

/// Whether a text has the markers of a conflict that nobody has decided.
pub fn has_markers(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "))
}

/// Whether a text has both sides of a conflict that a merge left.
pub fn is_ours(text: &str) -> bool {
    let [before, _, after] = MARKERS;
    text.lines().any(|line| line == before) && text.lines().any(|line| line == after)
}

/// The change from `base` to `edited` and that from `base` to `new` in one text.
pub fn merge(base: &str, edited: &str, new: &str) -> Merged {
    let lines = |text| <str>::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (base, edited, new) = (lines(base), lines(edited), lines(new));
    let (mut ours, mut theirs) = (Side::of(&base, &edited), Side::of(&base, &new));
    let mut out = String::new();
    let mut conflicts = false;
    let mut at = 0;
    while let Some(start) = [ours.next(), theirs.next()].into_iter().flatten().min() {
        out.push_str(&part(&base, at..start));
        let mut end = start;
        let (first_ours, first_theirs) = (ours.done, theirs.done);
        // changes that touch are one: neither can be judged without the other
        while ours.take(&mut end) || theirs.take(&mut end) {}
        let was = part(&base, start..end);
        let a = ours.text(first_ours, start..end).unwrap_or_else(|| was.clone());
        let b = theirs.text(first_theirs, start..end).unwrap_or_else(|| was.clone());
        if a == b || b == was {
            out.push_str(&a);
        } else if a == was {
            out.push_str(&b);
        } else {
            conflicts = true;
            let [before, between, after] = MARKERS;
            for (marker, text) in [(before, a.as_str()), (between, &b), (after, "")] {
                out.push_str(marker);
                out.push('\n');
                out.push_str(text);
                if !text.is_empty() && !text.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
        at = end;
    }
    out.push_str(&part(&base, at..base.len()));
    if conflicts { Merged::Conflict(out) } else { Merged::Clean(out) }
}

fn part(lines: &[&str], range: Range<usize>) -> String {
    lines.get(range).unwrap_or_default().concat()
}

/// One of the two texts, with its changes.
struct Side<'t> {
    lines: &'t [&'t str],
    changes: Vec<DiffOp>,
    /// How many of them were taken.
    done: usize,
}

impl<'t> Side<'t> {
    fn of(base: &[&str], lines: &'t [&'t str]) -> Self {
        let mut changes = capture_diff_slices(Algorithm::Myers, base, lines);
        changes.retain(|change| change.tag() != DiffTag::Equal);
        Self { lines, changes, done: 0 }
    }

    /// Where the next change begins in the base.
    fn next(&self) -> Option<usize> {
        Some(self.changes.get(self.done)?.old_range().start)
    }

    /// Takes the next change if it begins before the end of those taken, or there.
    fn take(&mut self, end: &mut usize) -> bool {
        let next = self.changes.get(self.done).map(DiffOp::old_range).filter(|next| next.start <= *end);
        let Some(next) = next else { return false };
        *end = next.end.max(*end);
        self.done += 1;
        true
    }

    /// What this side has for a part of the base, if it changed it; `first` is the first of its changes there.
    fn text(&self, first: usize, base: Range<usize>) -> Option<String> {
        let taken = self.changes.get(first..self.done)?;
        let (first, last) = (taken.first()?, taken.last()?);
        let start = first.new_range().start.checked_sub(first.old_range().start - base.start)?;
        let end = last.new_range().end + (base.end - last.old_range().end);
        Some(part(self.lines, start..end))
    }
}

#[cfg(test)]
mod tests {
    use super::{Merged, has_markers, merge};

    const BASE: &str = "a\nb\nc\nd\ne\n";

    #[test]
    fn changes_of_other_lines_go_together() {
        for (edited, new, merged) in [
            ("A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "A\nb\nc\nd\nE\n"),
            ("a\nb\nx\nc\nd\ne\n", "a\nb\nc\nd\n", "a\nb\nx\nc\nd\n"),
            ("a\nc\nd\ne\n", "a\nb\nc\nd\ne\nf\n", "a\nc\nd\ne\nf\n"),
            ("z\na\nb\nc\nd\ne\n", BASE, "z\na\nb\nc\nd\ne\n"),
            (BASE, "", ""),
            ("a\nB\nc\nd\ne\n", "a\nB\nc\nD\ne\n", "a\nB\nc\nD\ne\n"),
        ] {
            assert_eq!(merge(BASE, edited, new), Merged::Clean(merged.to_owned()), "{edited:?} {new:?}");
            assert_eq!(merge(BASE, new, edited), Merged::Clean(merged.to_owned()), "{new:?} {edited:?}");
        }
    }

    #[test]
    fn changes_of_the_same_lines_stand_between_markers() {
        let conflict = "a\n<<<<<<< edited by hand\nB\n=======\nx\ny\n>>>>>>> tightship\nc\nd\ne\n";
        assert_eq!(merge(BASE, "a\nB\nc\nd\ne\n", "a\nx\ny\nc\nd\ne\n"), Merged::Conflict(conflict.to_owned()));
        assert!(has_markers(conflict) && !has_markers("<<<<<<<\n=======\n"));
        for (edited, new) in [("a\nb\nc\nd\n", "a\nb\nc\nd\nE\n"), ("A\nb\nc\nd\ne\n", "a\nB\nc\nd\ne\n"), ("mine", "")]
        {
            assert!(matches!(merge(BASE, edited, new), Merged::Conflict(_)), "{edited:?} {new:?}");
        }
    }
}
