//! What an edit would touch.

use super::super::scalar::Style;
use super::super::tree::{Data, Document, Kind, Node, Span};
use super::super::trivia;

impl Node<'_, '_> {
    /// Whether an anchor or a tag stands before the node.
    pub(super) fn has_properties(self) -> bool {
        match self.data() {
            Some(
                Data::Scalar { properties, .. } | Data::Sequence { properties, .. } | Data::Mapping { properties, .. },
            ) => *properties,
            _ => false,
        }
    }

    /// Whether a merge key of the mapping brings the key.
    pub(super) fn merges_key(self, key: &str) -> bool {
        self.merged().any(|mapping| mapping.get(key).is_some())
    }
}

fn spans<'a>(document: &'a Document<'_>) -> impl Iterator<Item = Span> + 'a {
    document.aliased.iter().filter_map(|id| document.nodes.get(*id as usize)).map(|node| node.span)
}

/// Whether a change inside the node changes nothing else: no alias repeats it.
pub(super) fn is_editable(node: Node<'_, '_>) -> bool {
    let span = node.span();
    !node.is_alias() && !spans(node.document).any(|repeated| repeated.start <= span.start && span.end <= repeated.end)
}

/// Whether the node can go without taking from an alias what it stands for.
pub(super) fn is_single(node: Node<'_, '_>) -> bool {
    let span = node.span();
    node.is_alias() || !spans(node.document).any(|repeated| span.start <= repeated.start && repeated.end <= span.end)
}

/// Whether a comment stands between the parts of the node.
pub(super) fn has_comment(text: &str, node: Node<'_, '_>) -> bool {
    if node.is_alias() || node.kind() == Kind::Scalar {
        return false;
    }
    let span = node.span();
    let inner = node.document.nodes.get(node.id as usize + 1..).unwrap_or_default();
    let leaves = inner.iter().take_while(|inner| inner.span.start < span.end).filter(|inner| is_leaf(&inner.data));
    let mut at = span.start;
    let mut gaps = Vec::new();
    for leaf in leaves {
        // the header of a block scalar may have a comment, which is inside its span
        if let Data::Scalar { style: Style::Block, .. } = leaf.data {
            gaps.push(leaf.span.start as usize..trivia::line_end(text, leaf.span.start as usize));
        }
        gaps.push(at as usize..leaf.span.start as usize);
        at = leaf.span.end;
    }
    gaps.push(at as usize..span.end as usize);
    gaps.into_iter().any(|range| text.get(range).is_some_and(|gap| gap.contains('#')))
}

fn is_leaf(data: &Data) -> bool {
    matches!(data, Data::Scalar { .. } | Data::Alias(_))
}

/// The leaf that the node ends with, if it is written without brackets; else the node itself.
pub(super) fn last_leaf<'d, 's>(node: Node<'d, 's>) -> Node<'d, 's> {
    let mut node = node;
    while !node.is_alias() && node.kind() != Kind::Scalar && !node.is_flow() {
        let last = node.document.members(node.id).last().and_then(|id| node.document.node(*id));
        let Some(last) = last else { break };
        node = last;
    }
    node
}

/// The end of the last line of a block node, with the comment there; `None` if something else is on the line.
pub(super) fn last_line_end(text: &str, node: Node<'_, '_>) -> Option<usize> {
    comment_end(text, last_leaf(node).span().end as usize)
}

/// The end of the line, if nothing but a comment stands between `at` and there.
pub(super) fn comment_end(text: &str, at: usize) -> Option<usize> {
    let next = trivia::skip_blanks(text, at);
    let end = trivia::line_end(text, at);
    let is_comment = next > at && text.get(next..)?.starts_with('#');
    (next == end || is_comment).then_some(end)
}

/// The column of a byte, in characters; `None` if something before it on its line is neither a space nor an indicator of
/// block style, or where a key may be an explicit one (`? key`), whose mapping begins with the question mark.
pub(super) fn column(text: &str, at: usize) -> Option<usize> {
    let prefix = text.get(trivia::line_start(text, at)..at)?;
    let prefix = prefix.strip_prefix('\u{feff}').unwrap_or(prefix);
    let is_indent = prefix.bytes().all(|byte| matches!(byte, b' ' | b'-' | b':')) && !prefix.starts_with("---");
    is_indent.then_some(prefix.len())
}

/// The line break to write near `at`: that of its line, or of the line before.
pub(super) fn newline(text: &str, at: usize) -> &str {
    match trivia::line_break(text, trivia::line_end(text, at)) {
        "" => {
            let start = trivia::line_start(text, at);
            let before = text.get(..start).unwrap_or_default();
            match start {
                0 => "\n",
                _ if before.ends_with("\r\n") => "\r\n",
                _ if before.ends_with('\r') => "\r",
                _ => "\n",
            }
        }
        found => found,
    }
}

/// Whether a question mark announces the key, perhaps lines before it.
pub(super) fn is_explicit(text: &str, key: Node<'_, '_>) -> bool {
    let nodes = &key.document.nodes;
    let start = key.span().start;
    let before = nodes.get(..nodes.partition_point(|node| node.span.start < start)).and_then(<[_]>::last);
    let from = before
        .map_or(key.document.span.start, |node| if is_leaf(&node.data) { node.span.end } else { node.span.start });
    trivia::find(text, from as usize, b"?").is_some_and(|at| at < start as usize)
}

/// The byte after the colon of the key whose value the node is, and what stands between there and the node.
pub(super) fn after_key<'t>(text: &'t str, node: Node<'_, '_>) -> Option<(usize, &'t str)> {
    let before = node.document.nodes.get((node.id as usize).checked_sub(1)?)?;
    let Data::Scalar { .. } = before.data else { return None };
    let start = node.span().start as usize;
    // an empty value before ends after its colon, so a colon here is that of a key
    let blanks = trivia::skip_blanks(text, before.span.end as usize);
    let gap = text.get(blanks..start)?.strip_prefix(':')?;
    Some((blanks + 1, gap))
}
