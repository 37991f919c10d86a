//! Edits that keep the format: only the bytes concerned change; comments, quotes, order, flow style and line ends stay.
//!
//! Every function answers `None` where it cannot be sure that the text, read again, has exactly the change that was
//! asked for: inside what an alias repeats, below a merge key, at a node with an anchor or a tag, and where a comment
//! would get lost.

mod block;
mod flow;
mod format;
mod place;
mod replacement;

use serde_json::{Value, json};

use self::format::Format;
use self::place::{has_comment, is_editable, is_explicit, is_single};
use super::quote;
use super::tree::{Kind, Node};

pub use self::replacement::{Edit, Overlap, apply};

/// Keys longer than this are no simple keys any more.
const MAX_KEY: usize = 500;
/// A list or mapping with more members is not edited: nobody wrote it by hand, and an edit of each would look at all of them.
const MAX_MEMBERS: usize = 1000;

/// Sets `path` below the mapping `map` to `value`: replaces the value that is there, or inserts the missing keys, missing
/// parents included.
pub fn set(text: &str, map: Node<'_, '_>, path: &[&str], value: &Value) -> Option<Edit> {
    let (first, rest) = path.split_first()?;
    match own(map, first)? {
        Own::Entry(key, child) if rest.is_empty() => replace(text, map, key, child, value),
        Own::Entry(_, child) if child.kind() == Kind::Mapping && !child.is_alias() => set(text, child, rest, value),
        Own::Entry(key, child) if is_null(child) => replace(text, map, key, child, &nested(rest, value)),
        Own::Entry(..) => None,
        // below a merged key, an entry of our own would hide the rest of what is merged
        Own::Merged if !rest.is_empty() => None,
        Own::Merged | Own::Missing => {
            let value = nested(rest, value);
            let fits = first.len() <= MAX_KEY && is_editable(map);
            if !fits {
                return None;
            }
            if map.is_flow() { flow::insert(text, map, first, &value) } else { block::insert(text, map, first, &value) }
        }
    }
}

/// Takes a key of the mapping `map` with its value, the whole lines with what is written on them. A mapping that becomes
/// empty stays as `{}`.
pub fn remove(text: &str, map: Node<'_, '_>, key: &str) -> Option<Edit> {
    let Own::Entry(name, value) = own(map, key).filter(is_written)? else { return None };
    let same = |name: &Node<'_, '_>| name.name().is_ok_and(|name| name == key);
    let is_only = map.entries().filter(|(name, _)| same(name)).count() == 1 && !map.merges_key(key);
    if !is_only || !is_editable(map) || !is_single(value) || name.has_properties() || name.is_alias() {
        return None;
    }
    let at = map.entries().position(|(name, _)| same(&name))?;
    if map.entries().skip(at).take(2).any(|(key, _)| is_explicit(text, key)) {
        return None;
    }
    if map.is_flow() { flow::remove_entry(text, map, at) } else { block::remove_entry(text, map, at) }
}

/// Appends an item to the list at `path`, which is made if it is missing.
pub fn push(text: &str, map: Node<'_, '_>, path: &[&str], item: &Value) -> Option<Edit> {
    let (first, rest) = path.split_first()?;
    match own(map, first)? {
        Own::Entry(_, child) if !rest.is_empty() && child.kind() == Kind::Mapping && !child.is_alias() => {
            push(text, child, rest, item)
        }
        Own::Entry(_, child) if rest.is_empty() && child.kind() == Kind::Sequence => {
            if !is_editable(child) || !is_small(child) {
                return None;
            }
            if child.is_flow() { flow::append(text, child, item) } else { block::append(text, child, item) }
        }
        Own::Entry(_, child) if !is_null(child) => None,
        Own::Merged => None,
        Own::Entry(..) | Own::Missing => set(text, map, path, &json!([item])),
    }
}

/// Takes the item at `index` of a list, the whole lines with what is written on them. A list that becomes empty stays as
/// `[]`.
pub fn remove_item(text: &str, seq: Node<'_, '_>, index: usize) -> Option<Edit> {
    let item = seq.item(index).filter(|_| is_small(seq))?;
    if !is_editable(seq) || !is_single(item) || (item.has_properties() && seq.is_flow()) {
        return None;
    }
    if seq.is_flow() { flow::remove_item(text, seq, index) } else { block::remove_item(text, seq, index) }
}

/// Gives a key of the mapping `map` another name, which no other key may have.
pub fn rename(text: &str, map: Node<'_, '_>, old: &str, new: &str) -> Option<Edit> {
    let Own::Entry(name, _) = own(map, old).filter(is_written)? else { return None };
    let count = map.entries().filter(|(name, _)| name.name().is_ok_and(|name| name == old)).count();
    let is_taken = map.get(new).is_some() || map.merges_key(old) || count != 1;
    let fits = is_editable(map) && !name.has_properties() && !name.is_alias() && is_single(name);
    if is_taken || !fits || new.len() > MAX_KEY {
        return None;
    }
    let span = name.span();
    let quoted = text.get(span.range()).is_some_and(|written| written.starts_with('"'));
    let written = if quoted { quote::double_quoted(new) } else { quote::scalar(new) };
    Some(Edit { span, text: written.into() })
}

/// Where a key of a mapping comes from.
enum Own<'d, 's> {
    /// The entry that is effective is written in the mapping itself.
    Entry(Node<'d, 's>, Node<'d, 's>),
    /// The key comes from a merge key.
    Merged,
    Missing,
}

/// An empty key has no place of its own.
fn is_written(own: &Own<'_, '_>) -> bool {
    !matches!(own, Own::Entry(key, _) if key.span().is_empty())
}

/// `None` where an entry of the mapping is there and something else is effective.
fn own<'d, 's>(map: Node<'d, 's>, key: &str) -> Option<Own<'d, 's>> {
    if map.kind() != Kind::Mapping || !is_small(map) {
        return None;
    }
    let own = map.entries().rev().find(|(name, _)| !name.is_merge() && name.name().is_ok_and(|name| name == key));
    match (own, map.get(key)) {
        (Some((name, value)), Some(effective)) if effective.span() == value.span() => Some(Own::Entry(name, value)),
        (Some(_), _) => None,
        (None, Some(_)) => Some(Own::Merged),
        (None, None) => Some(Own::Missing),
    }
}

fn is_small(node: Node<'_, '_>) -> bool {
    node.items().len().max(node.entries().len()) <= MAX_MEMBERS
}

fn is_null(node: Node<'_, '_>) -> bool {
    !node.is_alias() && !node.has_properties() && matches!(node.value(), Some(Ok(super::Value::Null)))
}

/// The value inside new mappings with these keys.
fn nested(keys: &[&str], value: &Value) -> Value {
    keys.iter()
        .rev()
        .fold(value.clone(), |value, key| Value::Object([((*key).to_owned(), value)].into_iter().collect()))
}

fn replace(text: &str, map: Node<'_, '_>, key: Node<'_, '_>, child: Node<'_, '_>, value: &Value) -> Option<Edit> {
    let too_long = |value: &Value| value.as_object().is_some_and(|fields| fields.keys().any(|key| key.len() > MAX_KEY));
    let lost = child.has_properties() && !child.is_alias() || !is_single(child) || has_comment(text, child);
    if lost || !is_editable(map) || too_long(value) {
        return None;
    }
    if map.is_flow() {
        flow::replace(text, map, key, child, value)
    } else {
        block::replace(text, map, child, value, &Format::of(text, map))
    }
}
