//! All keys of a document as a page of the documentation, from the same schema as the page of one key.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;

use serde_json::Value;

use super::key::{Document, holds, list, record, resolve, written};
use super::markdown::{anchor, cell};

/// A mapping with keys, and the shortest path that leads to it.
struct Section<'s> {
    path: String,
    schema: &'s Value,
}

/// A section for each mapping, with a row for each of its keys.
pub fn sections(document: &Document<'_>) -> String {
    let root = document.schema.pointer(&format!("/$defs/{}", document.definition)).unwrap_or(&Value::Null);
    let all = all(document, root);
    let paths: HashMap<*const Value, &str> =
        all.iter().map(|section| (std::ptr::from_ref(section.schema), section.path.as_str())).collect();
    let mut page = String::new();
    for section in &all {
        let _ = write!(page, "\n## {}\n\n", section.path);
        if let Some(text) = section.schema.get("description").and_then(Value::as_str) {
            let _ = write!(page, "{}\n\n", cell(text));
        }
        let record = record(document.schema, section.schema);
        if !record.ways.is_empty() {
            let ways: Vec<String> = record.ways.iter().map(|way| format!("`{way}`")).collect();
            let _ = write!(page, "Exactly one of {} is there.\n\n", ways.join(", "));
        }
        page += "| key | what it is | holds |\n|---|---|---|\n";
        for key in &record.keys {
            let description = key.schema.get("description").and_then(Value::as_str).unwrap_or_default();
            let required = if key.is_required { " Required." } else { "" };
            let default = match key.schema.get("default") {
                Some(default) if !description.contains("Default:") => format!(" Default: `{}`.", written(default)),
                _ => String::new(),
            };
            let text = cell(&format!("{description}{required}{default}"));
            let holds = cell(&holds(document.schema, key.schema));
            let inner =
                mapping(document.schema, key.schema).and_then(|(_, inner)| paths.get(&std::ptr::from_ref(inner)));
            let name = match inner {
                Some(path) => format!("[`{}`](#{})", key.name, anchor(path)),
                None => format!("`{}`", key.name),
            };
            let _ = writeln!(page, "| {name} | {text} | {holds} |");
        }
    }
    page
}

/// The mappings in the order in which one reads about them, each once.
fn all<'s>(document: &Document<'s>, root: &'s Value) -> Vec<Section<'s>> {
    let mut found: Vec<Section<'s>> = Vec::new();
    let mut left = VecDeque::from([Section { path: document.name.to_owned(), schema: root }]);
    while let Some(next) = left.pop_front() {
        if found.iter().any(|section| std::ptr::eq(section.schema, next.schema)) {
            continue;
        }
        for key in record(document.schema, next.schema).keys {
            if let Some((names, schema)) = mapping(document.schema, key.schema) {
                left.push_back(Section { path: format!("{}.{}{names}", next.path, key.name), schema });
            }
        }
        found.push(next);
    }
    found
}

/// The mapping with keys that a value is, or that its members are, and what stands for the names between.
fn mapping<'s>(schemas: &'s Value, schema: &'s Value) -> Option<(&'static str, &'s Value)> {
    let schema = resolve(schemas, schema);
    if schema.get("properties").is_some() {
        return Some(("", schema));
    }
    if let Some(items) = schema.get("items") {
        return mapping(schemas, items);
    }
    if let Some(member) = record(schemas, schema).any {
        return mapping(schemas, member).map(|(_, inner)| (".NAME", inner));
    }
    list(schema, "oneOf").chain(list(schema, "anyOf")).find_map(|form| mapping(schemas, form))
}
