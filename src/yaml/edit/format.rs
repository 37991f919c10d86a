//! Values as text in the format of their surroundings.

use serde_json::Value;

use super::super::quote;
use super::super::tree::{Data, Document, Kind, Node};
use super::place::{column, newline};

/// Nodes that are looked at to learn how a file is indented.
const SAMPLE: usize = 2000;

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    /// Spaces that a mapping stands deeper than its key.
    pub(super) unit: usize,
    /// Spaces that the dashes of a list stand deeper than its key.
    pub(super) dash: usize,
    pub(super) newline: String,
}

impl Format {
    /// As around the node, or else as the rest of its document.
    pub(super) fn of(text: &str, node: Node<'_, '_>) -> Self {
        let document = node.document;
        let ids = std::iter::once(node.id).chain(0..u32::try_from(document.nodes.len().min(SAMPLE)).unwrap_or(0));
        let (mut unit, mut dash) = (None, None);
        for id in ids {
            if unit.is_some() && dash.is_some() {
                break;
            }
            let Some(Data::Mapping { flow: false, .. }) = document.nodes.get(id as usize).map(|node| &node.data) else {
                continue;
            };
            for pair in document.members(id).chunks_exact(2).take(SAMPLE) {
                let (Some(key), Some(value)) = (pair.first(), pair.get(1)) else { continue };
                let slot = match document.nodes.get(*value as usize).map(|node| &node.data) {
                    Some(Data::Mapping { flow: false, .. }) => &mut unit,
                    Some(Data::Sequence { flow: false, .. }) => &mut dash,
                    _ => continue,
                };
                *slot = slot.or_else(|| depth(text, document, *key, *value));
            }
        }
        let unit = unit.filter(|unit| *unit > 0).unwrap_or(2);
        Self { unit, dash: dash.unwrap_or(unit), newline: newline(text, node.span().start as usize).to_owned() }
    }

    /// An entry of a block mapping whose keys stand `indent` spaces deep, without the first line's indentation.
    pub(super) fn entry(&self, key: &str, value: &Value, indent: usize) -> String {
        let mut out = String::new();
        self.write_entry(&mut out, key, value, indent);
        out
    }

    /// An item of a block list whose dashes stand `indent` spaces deep, without the first line's indentation.
    pub(super) fn item(&self, item: &Value, indent: usize) -> String {
        let mut out = String::new();
        self.write_item(&mut out, item, indent);
        out
    }

    /// A mapping or list that is not empty, below a key `indent` spaces deep; begins with a line break.
    pub(super) fn below(&self, value: &Value, indent: usize) -> String {
        let mut out = String::new();
        self.write_below(&mut out, value, indent);
        out
    }

    fn write_entry(&self, out: &mut String, key: &str, value: &Value, indent: usize) {
        out.push_str(&quote::scalar(key));
        out.push(':');
        if is_filled(value) {
            self.write_below(out, value, indent);
        } else {
            out.push(' ');
            out.push_str(&inline(value, false));
        }
    }

    fn write_below(&self, out: &mut String, value: &Value, indent: usize) {
        let indent = indent + if value.is_array() { self.dash } else { self.unit };
        out.push_str(&self.newline);
        out.extend(std::iter::repeat_n(' ', indent));
        self.write_members(out, value, indent);
    }

    fn write_members(&self, out: &mut String, value: &Value, indent: usize) {
        let next = |out: &mut String, at: usize| {
            if at > 0 {
                out.push_str(&self.newline);
                out.extend(std::iter::repeat_n(' ', indent));
            }
        };
        match value {
            Value::Object(fields) => {
                for (at, (key, value)) in fields.iter().enumerate() {
                    next(out, at);
                    self.write_entry(out, key, value, indent);
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    next(out, at);
                    self.write_item(out, item, indent);
                }
            }
            _ => {}
        }
    }

    fn write_item(&self, out: &mut String, item: &Value, indent: usize) {
        out.push_str("- ");
        if is_filled(item) { self.write_members(out, item, indent + 2) } else { out.push_str(&inline(item, false)) }
    }
}

fn depth(text: &str, document: &Document<'_>, key: u32, value: u32) -> Option<usize> {
    let column = |id: u32| column(text, document.nodes.get(id as usize)?.span.start as usize);
    column(value)?.checked_sub(column(key)?)
}

/// Whether the value is a mapping or list with members.
pub(super) fn is_filled(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// The value on one line, with brackets; as JSON or as YAML.
pub(super) fn inline(value: &Value, json: bool) -> String {
    let string = |text: &str| if json { quote::double_quoted(text) } else { quote::scalar(text) };
    match value {
        Value::String(text) => string(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| inline(item, json)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(key, value)| format!("{}: {}", string(key), inline(value, json))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        // the same in JSON and YAML
        other => other.to_string(),
    }
}

/// The value as JSON over several lines, the first without indentation.
pub(super) fn pretty(value: &Value, indent: &str, unit: &str, newline: &str) -> String {
    let deeper = format!("{indent}{unit}");
    let member = |value| pretty(value, &deeper, unit, newline);
    let (open, members, close): (_, Vec<String>, _) = match value {
        Value::Array(items) if !items.is_empty() => ('[', items.iter().map(member).collect(), ']'),
        Value::Object(fields) if !fields.is_empty() => {
            let member = |(key, value): (&String, _)| format!("{}: {}", quote::double_quoted(key), member(value));
            ('{', fields.iter().map(member).collect(), '}')
        }
        _ => return inline(value, true),
    };
    let members = members.join(&format!(",{newline}{deeper}"));
    format!("{open}{newline}{deeper}{members}{newline}{indent}{close}")
}

/// Whether a document is written as JSON: in brackets, and its first text in double quotes.
pub(super) fn is_json(text: &str, document: &Document<'_>) -> bool {
    let first = document.nodes.iter().find(|node| matches!(node.data, Data::Scalar { .. } | Data::Alias(_)));
    let is_quoted =
        first.is_none_or(|node| text.get(node.span.range()).is_some_and(|written| written.starts_with('"')));
    is_quoted && document.root().is_some_and(|root| root.kind() != Kind::Scalar && root.is_flow())
}
