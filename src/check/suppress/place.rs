//! What a comment is about: the line, what begins on it, and the object around it. A file may have as many comments as lines, so
//! none of this looks at all of the file for each.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::ObjectId;
use crate::k8s::object::{self, Object};
use crate::rules::identity;
use crate::yaml::{Comment, Document, Kind, Node, Span, Stream};

/// The lines that comments are about, asked for in the order of the text.
pub(super) struct TargetLines<'t> {
    text: &'t str,
    /// Where the last comment begins that stands on a line of its own, and the line that it is about.
    last: Option<(u32, Span)>,
}

impl<'t> TargetLines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, last: None }
    }

    /// The line that a comment is about.
    pub(super) fn of(&mut self, comment: Comment) -> Span {
        let at = comment.span.start;
        if comment.trailing {
            return target_line(self.text, comment);
        }
        // between a comment and its line are only comments, which are about the same line
        if let Some((from, line)) = self.last
            && (from..line.start).contains(&at)
        {
            return line;
        }
        let line = target_line(self.text, comment);
        self.last = Some((at, line));
        line
    }
}

/// The bytes of the line that a comment is about: its own if it stands behind something, else the next that holds anything.
pub(super) fn target_line(text: &str, comment: Comment) -> Span {
    let at = comment.span.range().start;
    let line_of = |at: usize| {
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |end| at + end);
        (start, end)
    };
    let (mut start, mut end) = line_of(at);
    while !comment.trailing || start > at {
        if start > at {
            let line = text.get(start..end).unwrap_or_default().trim();
            if !line.is_empty() && !line.starts_with('#') && line != "---" {
                break;
            }
        }
        if end >= text.len() {
            break;
        }
        (start, end) = line_of(end + 1);
    }
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(start), end: offset(end) }
}

/// The documents of a stream by place, and their objects once they are asked for.
pub(super) struct Places<'d, 's> {
    documents: &'d [Document<'s>],
    /// The places of those that are not empty, with their indices, in the order of the text.
    roots: Vec<(Span, usize)>,
    objects: HashMap<usize, Vec<Object<'d, 's>>>,
}

impl<'d, 's> Places<'d, 's> {
    pub(super) fn new(stream: &'d Stream<'s>) -> Self {
        let documents = stream.documents.as_slice();
        let roots = documents.iter().enumerate().filter_map(|(at, document)| Some((document.root()?.span(), at)));
        Self { documents, roots: roots.collect(), objects: HashMap::new() }
    }

    /// What begins on a line, and the index of its document.
    pub(super) fn target(&self, line: Span) -> Option<(usize, Span)> {
        let first = self.roots.partition_point(|(root, _)| root.end < line.start);
        let mut near = self.roots.iter().skip(first).take_while(|(root, _)| root.start <= line.end);
        near.find_map(|(_, at)| Some((*at, target(self.documents.get(*at)?.root()?, line)?)))
    }

    /// The object of a document that holds a place.
    pub(super) fn object_at(&mut self, document: usize, span: Span) -> Arc<ObjectId> {
        let objects = self.objects.entry(document).or_insert_with(|| {
            let mut objects = Vec::new();
            if let Some(document) = self.documents.get(document) {
                object::for_each(document, &mut |object| objects.push(object));
            }
            objects
        });
        let behind = objects.partition_point(|object| object.root.span().start <= span.start);
        let last = behind.checked_sub(1).and_then(|last| objects.get(last));
        let holder = last.filter(|object| span.start <= object.root.span().end);
        Arc::new(holder.map(identity).unwrap_or_default())
    }
}

/// What begins on the line: the whole document, a member of a list, or a key with its value.
fn target(root: Node<'_, '_>, line: Span) -> Option<Span> {
    let begins = |span: Span| (line.start..line.end.max(line.start + 1)).contains(&span.start);
    let holds = |span: Span| span.start <= line.end && line.start < span.end;
    if begins(root.span()) {
        return Some(root.span());
    }
    let mut node = root;
    loop {
        let at = node.members_before(line.start);
        let before = at.checked_sub(1);
        let next = match node.kind() {
            Kind::Mapping => {
                let next = node.entry(at);
                if let Some((key, value)) = next.filter(|(key, _)| begins(key.span())) {
                    return Some(Span { start: key.span().start, end: value.span().end.max(key.span().end) });
                }
                let last = before.and_then(|before| node.entry(before));
                next.into_iter().chain(last).map(|(_, value)| value).find(|value| holds(value.span()))
            }
            Kind::Sequence => {
                let next = node.item(at);
                if let Some(item) = next.filter(|item| begins(item.span())) {
                    return Some(item.span());
                }
                let last = before.and_then(|before| node.item(before));
                next.into_iter().chain(last).find(|item| holds(item.span()))
            }
            Kind::Scalar => None,
        };
        node = next?;
    }
}

/// The lines of a text inside of a text, each with those below it that are deeper.
#[derive(Default)]
pub(super) struct Blocks {
    within: Option<Span>,
    /// The places from the beginning of each line that holds anything to the end of its block.
    spans: Vec<Span>,
}

impl Blocks {
    /// Those within a place.
    pub(super) fn within(&mut self, text: &str, within: Span) -> &Self {
        if self.within != Some(within) {
            *self = Self { within: Some(within), spans: blocks(text, within) };
        }
        self
    }

    /// The block that begins with a line.
    pub(super) fn below(&self, line: Span) -> Option<Span> {
        let at = self.spans.binary_search_by_key(&line.start, |span| span.start).ok()?;
        self.spans.get(at).copied()
    }
}

fn blocks(text: &str, within: Span) -> Vec<Span> {
    let range = within.range();
    let start = text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut spans: Vec<Span> = Vec::new();
    // the lines whose blocks go on, each deeper than the one before
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut at = start;
    for line in text.get(start..range.end).unwrap_or_default().split_inclusive('\n') {
        let depth = line.len() - line.trim_start().len();
        if !line.trim().is_empty() {
            while let Some((_, index)) = open.pop_if(|(outer, _)| *outer >= depth) {
                // without the line break
                close(&mut spans, index, offset(at - 1));
            }
            open.push((depth, spans.len()));
            spans.push(Span { start: offset(at), end: offset(at) });
        }
        at += line.len();
    }
    let ends_in_break = text.get(start..at).is_some_and(|text| text.ends_with('\n'));
    for (_, index) in open {
        close(&mut spans, index, offset(at - usize::from(ends_in_break)));
    }
    spans
}

fn close(spans: &mut [Span], index: usize, end: u32) {
    if let Some(span) = spans.get_mut(index) {
        span.end = end;
    }
}

#[cfg(test)]
mod tests {
    use super::blocks;
    use crate::yaml::Span;

    #[test]
    fn a_block_is_a_line_with_the_deeper_ones_below_it() {
        let text = "x: |\n  a:\n    b: c\n\n    # d\n  e: f\n";
        let found = blocks(text, Span { start: 7, end: u32::try_from(text.len()).unwrap() });
        let found: Vec<&str> = found.iter().filter_map(|span| text.get(span.range())).collect();
        assert_eq!(found, ["  a:\n    b: c\n\n    # d", "    b: c\n", "    # d", "  e: f"]);
    }
}
