//! Edits in mappings and lists written by indentation.

use serde_json::Value;

use super::super::scalar::Style;
use super::super::tree::{Data, Document, Kind, Node};
use super::super::trivia;
use super::Edit;
use super::format::{Format, inline, is_filled};
use super::place::{after_key, column, comment_end, is_explicit, last_leaf, last_line_end};

pub(super) fn insert(text: &str, map: Node<'_, '_>, key: &str, value: &Value) -> Option<Edit> {
    let indent = indent(text, map)?;
    let format = Format::of(text, map);
    insert_line(text, map, &format, indent, &format.entry(key, value, indent))
}

pub(super) fn append(text: &str, seq: Node<'_, '_>, item: &Value) -> Option<Edit> {
    let start = seq.span().start as usize;
    let indent = column(text, start).filter(|_| text.get(start..).is_some_and(|rest| rest.starts_with('-')))?;
    let format = Format::of(text, seq);
    insert_line(text, seq, &format, indent, &format.item(item, indent))
}

/// A new line after the last one of the node.
fn insert_line(text: &str, node: Node<'_, '_>, format: &Format, indent: usize, line: &str) -> Option<Edit> {
    let leaf = last_leaf(node);
    let at = last_line_end(text, node)?;
    // a line break would become part of a block scalar that ends with the text, unless it is one without (`|-`)
    if at == text.len() && leaf.style() == Some(Style::Block) && !leaf.is_alias() {
        let header = text.get(leaf.span().range())?.split([' ', '\t', '\n', '\r']).next()?;
        return Edit::new(at, at, format!("{}{:indent$}{line}", format.newline, "")).filter(|_| header.contains('-'));
    }
    Edit::new(at, at, format!("{}{:indent$}{line}", format.newline, ""))
}

/// The column of the mapping's keys.
fn indent(text: &str, map: Node<'_, '_>) -> Option<usize> {
    let is_plain = |key: &Node<'_, '_>| (!key.has_properties() || key.is_alias()) && !is_explicit(text, *key);
    let key = map.entries().map(|(key, _)| key).find(is_plain)?;
    column(text, key.span().start as usize)
}

pub(super) fn replace(
    text: &str,
    map: Node<'_, '_>,
    child: Node<'_, '_>,
    value: &Value,
    format: &Format,
) -> Option<Edit> {
    let span = child.span().range();
    let is_block = child.kind() != Kind::Scalar && !child.is_flow() && !child.is_alias();
    let in_brackets = child.kind() != Kind::Scalar && child.is_flow() && !child.is_alias();
    if !is_filled(value) || (in_brackets && map.kind() == Kind::Mapping) {
        let value = inline(value, false);
        if is_block {
            let (start, end, comments) = whole(text, child)?;
            return Edit::new(start, end, format!(" {value}{comments}"));
        }
        if span.is_empty() {
            let is_after_colon = text.get(..span.start)?.ends_with(':');
            // blanks up to the end of the line go, those before a comment stay
            let blanks = trivia::skip_blanks(text, span.start);
            let end = if blanks == trivia::line_end(text, blanks) { blanks } else { span.start };
            return Edit::new(span.start, end, format!(" {value}")).filter(|_| is_after_colon);
        }
        return Edit::new(span.start, span.end, value + header_comment(text, child)?);
    }
    let body = format.below(value, indent(text, map)?);
    if is_block {
        let (start, end, comments) = whole(text, child)?;
        return Edit::new(start, end, format!("{comments}{body}"));
    }
    let before = text.get(..span.start)?.trim_end_matches([' ', '\t']);
    if !before.ends_with(':') {
        return None;
    }
    // a block scalar has its comment in its first line, others behind them
    if child.style() == Some(Style::Block) && !child.is_alias() {
        let comment = header_comment(text, child)?;
        return Edit::new(before.len(), span.end, format!("{}{body}", comment.trim_end()));
    }
    let end = comment_end(text, span.end)?;
    let comment = text.get(span.end..end)?.trim_end();
    Edit::new(before.len(), end, format!("{comment}{body}"))
}

/// A block collection with what stands between it and its key, and the comments there.
fn whole<'t>(text: &'t str, child: Node<'_, '_>) -> Option<(usize, usize, &'t str)> {
    let (start, gap) = after_key(text, child)?;
    let comments = kept(gap)?;
    let end = last_leaf(child).span().end as usize;
    // a comment on the last line would be appended to those
    let is_alone = comments.is_empty() || text.get(end..trivia::line_end(text, end))?.trim().is_empty();
    is_alone.then_some((start, end, comments))
}

/// The comments between a key and its value, to stand on the key's line and below; `None` if something else is there.
fn kept(gap: &str) -> Option<&str> {
    let gap = gap.trim_end();
    // the first line of the gap is the rest of the key's line
    let lines = gap.split(['\n', '\r']).map(str::trim);
    lines.into_iter().all(|line| line.is_empty() || line.starts_with('#')).then_some(gap)
}

/// What stands after the header of a block scalar on its line; nothing for other nodes.
fn header_comment<'t>(text: &'t str, child: Node<'_, '_>) -> Option<&'t str> {
    let span = child.span().range();
    if child.style() != Some(Style::Block) || child.is_alias() {
        return Some("");
    }
    let line = text.get(span.start..trivia::line_end(text, span.start).min(span.end))?;
    Some(line.trim_start_matches(['|', '>', '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']))
}

pub(super) fn remove_entry(text: &str, map: Node<'_, '_>, at: usize) -> Option<Edit> {
    let (key, value) = map.entries().nth(at)?;
    let start = key.span().start as usize;
    if map.entries().len() == 1 {
        return remove_all(text, map, start, "{}");
    }
    let next = map.entries().nth(at + 1);
    let next = next.map(|(key, _)| (key.span().start as usize, key.has_properties()));
    remove_member(text, map.document, start, last_line_end(text, value)?, next)
}

pub(super) fn remove_item(text: &str, seq: Node<'_, '_>, at: usize) -> Option<Edit> {
    let dash = |at: usize| match at.checked_sub(1).and_then(|before| seq.items().nth(before)) {
        Some(before) => trivia::find(text, last_leaf(before).span().end as usize, b"-"),
        None => Some(seq.span().start as usize).filter(|start| text.get(*start..).is_some_and(|t| t.starts_with('-'))),
    };
    let item = seq.items().nth(at)?;
    let start = dash(at)?;
    if seq.items().len() == 1 {
        return remove_all(text, seq, start, "[]");
    }
    let next = if at + 1 < seq.items().len() { Some((dash(at + 1)?, false)) } else { None };
    remove_member(text, seq.document, start, last_line_end(text, item)?, next)
}

/// Puts empty brackets in the place of a collection with one member, on the line of its key where that is possible.
fn remove_all(text: &str, node: Node<'_, '_>, start: usize, empty: &str) -> Option<Edit> {
    let end = last_line_end(text, node)?;
    column(text, start)?;
    if let Some((colon, gap)) = after_key(text, node) {
        let is_list = node.kind() == Kind::Sequence;
        let comments = kept(gap);
        if comments.is_some_and(str::is_empty) || (is_list && comments.is_some()) {
            return Edit::new(colon, end, format!(" {empty}{}", comments?));
        }
        // brackets may not stand as far left as a dash may
        if is_list {
            return None;
        }
    }
    let prefix = text.get(trivia::line_start(text, start)..start)?;
    if prefix.contains(['?', ':']) || node.has_properties() { None } else { Edit::new(start, end, empty) }
}

/// Takes one of several members: from `start` to the end of its last line. `next` is where the next one begins, and
/// whether an anchor or tag stands before that.
fn remove_member(
    text: &str,
    document: &Document<'_>,
    start: usize,
    end: usize,
    next: Option<(usize, bool)>,
) -> Option<Edit> {
    let line = trivia::line_start(text, start);
    let prefix = text.get(line..start)?;
    let bare = prefix.strip_prefix('\u{feff}').unwrap_or(prefix);
    let after = end + trivia::line_break(text, end).len();
    if bare.bytes().all(|byte| byte == b' ') {
        let from = start - bare.len();
        return if joins_block_scalar(text, document, start, after) { None } else { Edit::new(from, after, "") };
    }
    // the member begins on the line of a dash: what follows moves up there, unless a comment is in between
    let (next, has_properties) = next?;
    if !bare.bytes().all(|byte| matches!(byte, b' ' | b'-')) || bare.starts_with("---") || has_properties {
        return None;
    }
    if text.get(end..next)?.trim().is_empty() {
        return Edit::new(start, next, "");
    }
    Edit::new(line + prefix.trim_end_matches(' ').len(), end, "")
}

/// Whether the lines after a removed member would become part of a block scalar before it.
fn joins_block_scalar(text: &str, document: &Document<'_>, start: usize, after: usize) -> bool {
    let nodes = &document.nodes;
    let before = nodes.get(..nodes.partition_point(|node| (node.span.start as usize) < start));
    let before = before.and_then(<[_]>::last);
    let Some(before) = before.filter(|node| matches!(node.data, Data::Scalar { style: Style::Block, .. })) else {
        return false;
    };
    let header = text.get(before.span.start as usize..trivia::line_end(text, before.span.start as usize));
    let keeps = header.is_some_and(|header| header.contains('+'));
    let line = text.get(after..trivia::line_end(text, after)).unwrap_or_default();
    let deep = line.len() - line.trim_start_matches([' ', '\t']).len();
    let rest = line.trim_start_matches([' ', '\t']);
    let indent = start - trivia::line_start(text, start);
    (keeps && rest.is_empty()) || (deep > indent && (rest.is_empty() || rest.starts_with('#')))
}
