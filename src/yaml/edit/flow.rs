//! Edits in mappings and lists written with brackets, JSON included.

use serde_json::Value;

use super::super::quote;
use super::super::tree::{Kind, Node};
use super::super::trivia;
use super::Edit;
use super::format::{inline, is_filled, is_json, pretty};
use super::place::{comment_end, has_comment, newline};

pub(super) fn insert(text: &str, map: Node<'_, '_>, key: &str, value: &Value) -> Option<Edit> {
    let last = map.entries().next_back();
    let quoted = last.is_some_and(|(key, _)| text.get(key.span().range()).is_some_and(|key| key.starts_with('"')));
    let json = quoted || is_json(text, map.document);
    let name = if json { quote::double_quoted(key) } else { quote::scalar(key) };
    let Some((last_key, last_value)) = last else {
        return fill(text, map, &format!("{{{name}: {}}}", inline(value, json)));
    };
    // `{"a":1}` goes on without spaces
    let tight = text.get(last_key.span().end as usize..last_value.span().start as usize) == Some(":");
    let tight = tight && !last_value.span().is_empty();
    let separator = if tight { ":" } else { ": " };
    let place = Place::new(text, map, last_key, last_value)?;
    place.add(tight, &format!("{name}{separator}{}", place.write(value, json)))
}

pub(super) fn append(text: &str, seq: Node<'_, '_>, item: &Value) -> Option<Edit> {
    let json = is_json(text, seq.document);
    let Some(last) = seq.items().next_back() else {
        return fill(text, seq, &format!("[{}]", inline(item, json)));
    };
    let place = Place::new(text, seq, last, last)?;
    let start = last.span().start as usize;
    let tight = text.get(..start)?.ends_with(',');
    place.add(tight, &place.write(item, json))
}

/// Brackets with nothing between them become others.
fn fill(text: &str, node: Node<'_, '_>, filled: &str) -> Option<Edit> {
    let span = node.span().range();
    let is_empty = is_bracketed(text, node) && !has_comment(text, node);
    if is_empty { Edit::new(span.start, span.end, filled) } else { None }
}

/// `[a: b]` has a mapping without brackets of its own.
fn is_bracketed(text: &str, node: Node<'_, '_>) -> bool {
    let open = if node.kind() == Kind::Mapping { '{' } else { '[' };
    text.get(node.span().range()).is_some_and(|written| written.starts_with(open))
}

/// The end of the last member of a bracketed node.
struct Place<'t> {
    text: &'t str,
    /// Where the last member ends.
    end: usize,
    /// Whether a comma stands after it, and where the byte after that is.
    comma: Option<usize>,
    /// The indentation of the last member, if it begins a line.
    indent: Option<&'t str>,
    /// By how much its members stand deeper than the closing bracket.
    unit: &'t str,
    newline: &'t str,
}

impl<'t> Place<'t> {
    fn new(text: &'t str, node: Node<'_, '_>, first: Node<'_, '_>, last: Node<'_, '_>) -> Option<Self> {
        if !is_bracketed(text, node) {
            return None;
        }
        let end = last.span().end as usize;
        let after = trivia::find(text, end, b",}]")?;
        let comma = text.get(after..)?.starts_with(',').then_some(after + 1);
        let indent = own_indent(text, first.span().start as usize);
        let close = own_indent(text, node.span().end as usize - 1).unwrap_or_default();
        let unit = indent.and_then(|indent| indent.strip_prefix(close)).filter(|unit| !unit.is_empty()).unwrap_or("  ");
        let line_break = indent.map_or("\n", |_| newline(text, first.span().start as usize));
        Some(Self { text, end, comma, indent, unit, newline: line_break })
    }

    /// A value in this place: on several lines if it is JSON and each member has a line of its own.
    fn write(&self, value: &Value, json: bool) -> String {
        match self.indent.filter(|_| json && is_filled(value)) {
            Some(indent) => pretty(value, indent, self.unit, self.newline),
            None => inline(value, json),
        }
    }

    fn add(&self, tight: bool, member: &str) -> Option<Edit> {
        // `{a:, b: 1}` has a key `a:`
        let gap = if self.text.get(..self.end)?.ends_with(':') { " " } else { "" };
        let Some(indent) = self.indent else {
            let space = if tight { "" } else { " " };
            return Edit::new(self.end, self.end, format!("{gap},{space}{member}"));
        };
        let line = format!("{}{indent}{member}", self.newline);
        let at = self.comma.unwrap_or(self.end);
        // a comment behind the last member stays with it
        let next = trivia::skip_blanks(self.text, at);
        let has_comment = self.text.get(next..)?.starts_with('#');
        let end = if has_comment { comment_end(self.text, at)? } else { at };
        let comment = self.text.get(at..end)?;
        if self.comma.is_some() {
            Edit::new(end, end, format!("{line},"))
        } else {
            Edit::new(at, end, format!("{gap},{comment}{line}"))
        }
    }
}

/// The white space before `at`, if there is nothing else on its line.
fn own_indent(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let start = before.trim_end_matches([' ', '\t']).len();
    before.get(..start)?.ends_with(['\n', '\r']).then(|| before.get(start..)).flatten()
}

pub(super) fn replace(
    text: &str,
    map: Node<'_, '_>,
    key: Node<'_, '_>,
    child: Node<'_, '_>,
    value: &Value,
) -> Option<Edit> {
    let span = child.span().range();
    let quoted = text.get(key.span().range())?.starts_with('"');
    let value = inline(value, quoted || is_json(text, map.document));
    if !span.is_empty() {
        return Edit::new(span.start, span.end, value);
    }
    if text.get(..span.start)?.ends_with(':') {
        return Edit::new(span.start, span.start, format!(" {value}"));
    }
    // `{a, b}`: keys without values
    let end = key.span().end as usize;
    let is_written = !key.span().is_empty() && !key.has_properties();
    let is_bare = is_written && text.get(end..span.start)?.trim().is_empty() && is_bracketed(text, map);
    if is_bare { Edit::new(end, end, format!(": {value}")) } else { None }
}

pub(super) fn remove_entry(text: &str, map: Node<'_, '_>, at: usize) -> Option<Edit> {
    let members = map.entries().map(|(key, value)| (key.span().start as usize, value.span().end as usize));
    remove(text, map, &members.collect::<Vec<_>>(), at, "{}")
}

pub(super) fn remove_item(text: &str, seq: Node<'_, '_>, at: usize) -> Option<Edit> {
    let members = seq.items().map(|item| (item.span().start as usize, item.span().end as usize));
    remove(text, seq, &members.collect::<Vec<_>>(), at, "[]")
}

fn remove(text: &str, node: Node<'_, '_>, members: &[(usize, usize)], at: usize, empty: &str) -> Option<Edit> {
    if !is_bracketed(text, node) {
        return None;
    }
    let &(start, end) = members.get(at)?;
    if members.len() == 1 {
        let span = node.span().range();
        return if has_comment(text, node) { None } else { Edit::new(span.start, span.end, empty) };
    }
    let after = trivia::find(text, end, b",}]")?;
    let comma = text.get(after..)?.starts_with(',').then_some(after + 1);
    let indent = own_indent(text, start);
    if let (Some(comma), true) = (comma, at + 1 < members.len()) {
        // a member with lines of its own takes them; another one what separates it from the next
        return match (indent, comment_end(text, comma)) {
            (Some(indent), Some(line)) => {
                Edit::new(start - indent.len(), line + trivia::line_break(text, line).len(), "")
            }
            _ if text.get(end..comma)?.contains('#') => None,
            _ => Edit::new(start, trivia::skip_blanks(text, comma), ""),
        };
    }
    let &(_, before) = at.checked_sub(1).and_then(|before| members.get(before))?;
    let between = trivia::find(text, before, b",")?;
    // with a comma behind the last member, the one before keeps its own
    let from = if comma.is_some() { between + 1 } else { between };
    let to = comma.unwrap_or(end);
    let line = indent.and(comment_end(text, to)).unwrap_or(to);
    if text.get(end..to)?.contains('#') {
        return None;
    }
    let kept = text.get(between + 1..start)?.trim_end();
    let closes = kept.contains('#') && trivia::skip_blanks(text, line) != trivia::line_end(text, line);
    let tail = if closes { format!("{}{}", newline(text, before), indent.unwrap_or_default()) } else { String::new() };
    Edit::new(from, line, format!("{kept}{tail}"))
}
