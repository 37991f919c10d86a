//! The page of a key of the files that people write for tightship, from the schema that its record makes.

use std::collections::{HashSet, VecDeque};

use serde_json::Value;

use super::Unknown;
use super::example;
use super::layout::{definitions, heading, paragraphs, spaced, verbatim};
use crate::diagnostic::nearest;

/// A kind of document, as `App`.
#[derive(Debug, Clone, Copy)]
pub struct Document<'s> {
    /// Its name, the first word of a path.
    pub name: &'static str,
    /// The file that it is in.
    pub file: &'static str,
    /// The schema with the definitions of all records.
    pub schema: &'s Value,
    /// The name of its definition.
    pub definition: &'static str,
}

/// Explains a document (`App`) or the key at the end of a path (`App.network.from`); `None` if the first word names no
/// document.
pub(super) fn page(documents: &[Document<'_>], steps: &[String]) -> Option<Result<String, Unknown>> {
    let (first, rest) = steps.split_first()?;
    let document = documents.iter().find(|document| document.name.eq_ignore_ascii_case(first))?;
    let page = find(document, rest).map(|place| place.page(document, rest));
    Some(page.or_else(|unknown| {
        let text = example::elsewhere(document.name, rest).ok_or(unknown)?;
        let name = format!("{}.{}", document.name, rest.concat());
        Ok(heading(&format!("{name}: {}", document.file)) + &spaced(paragraphs(text).trim_end()))
    }))
}

/// A key with its schema.
struct Place<'s> {
    path: String,
    property: &'s Value,
    is_required: bool,
}

fn find<'s>(document: &Document<'s>, steps: &[String]) -> Result<Place<'s>, Unknown> {
    let root = document.schema.pointer(&format!("/$defs/{}", document.definition)).unwrap_or(&Value::Null);
    let mut place = Place { path: document.name.to_owned(), property: root, is_required: false };
    for step in steps {
        let record = record(document.schema, place.property);
        let next = record.keys.iter().find(|key| key.name == *step);
        place = match (next, record.any) {
            (Some(key), _) => {
                Place { path: format!("{}.{step}", place.path), property: key.schema, is_required: key.is_required }
            }
            // a name that its author chooses
            (None, Some(inner)) => {
                Place { path: format!("{}.{step}", place.path), property: inner, is_required: false }
            }
            (None, None) => return Err(unknown(document, steps, &place, step, &record)),
        };
    }
    Ok(place)
}

fn unknown(document: &Document<'_>, steps: &[String], place: &Place<'_>, step: &str, record: &Record<'_>) -> Unknown {
    let word = format!("{}.{}", document.name, steps.join("."));
    let near = nearest(step, record.keys.iter().map(|key| key.name)).map(|near| format!("{}.{near}", place.path));
    let near = near.or_else(|| elsewhere(document, step));
    let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Unknown { word, help: format!(": {} has no `{step}`{help}", place.path) }
}

/// The shortest path to a key of that name.
fn elsewhere(document: &Document<'_>, name: &str) -> Option<String> {
    let root = document.schema.pointer(&format!("/$defs/{}", document.definition))?;
    let mut seen = HashSet::new();
    let mut left = VecDeque::from([(document.name.to_owned(), root)]);
    while let Some((path, schema)) = left.pop_front() {
        for key in record(document.schema, schema).keys {
            let path = format!("{path}.{}", key.name);
            if key.name == name {
                return Some(path);
            }
            if seen.insert(std::ptr::from_ref(resolve(document.schema, key.schema))) {
                left.push_back((path, key.schema));
            }
        }
    }
    None
}

/// A key of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'s> {
    pub(super) name: &'s str,
    pub(super) schema: &'s Value,
    pub(super) is_required: bool,
}

/// What a value has within it, whether it is a record, a list of records, or one of several forms.
#[derive(Debug, Default)]
pub(super) struct Record<'s> {
    pub(super) keys: Vec<Key<'s>>,
    /// The value of names that can be chosen.
    pub(super) any: Option<&'s Value>,
    /// The keys exactly one of which is there.
    pub(super) ways: Vec<&'s str>,
}

/// What a schema stands for.
pub(super) fn resolve<'s>(schemas: &'s Value, schema: &'s Value) -> &'s Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    match name.and_then(|name| schemas.pointer(name)) {
        Some(target) => resolve(schemas, target),
        None => schema,
    }
}

/// The members of a list of a schema.
pub(super) fn list<'s>(schema: &'s Value, key: &str) -> impl Iterator<Item = &'s Value> + use<'s> {
    schema.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// What is within the values of a schema.
pub(super) fn record<'s>(schemas: &'s Value, schema: &'s Value) -> Record<'s> {
    let schema = resolve(schemas, schema);
    if let Some(items) = schema.get("items") {
        return record(schemas, items);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        let chosen = schema.get("patternProperties").and_then(Value::as_object).and_then(|all| all.values().next());
        let any = chosen.or(schema.get("additionalProperties").filter(|any| any.is_object()));
        let forms = list(schema, "oneOf").chain(list(schema, "anyOf"));
        let within = forms.map(|form| record(schemas, form)).find(|inner| !inner.keys.is_empty());
        return within.unwrap_or(Record { any, ..Record::default() });
    };
    let required: Vec<&str> = list(schema, "required").filter_map(Value::as_str).collect();
    let keys =
        properties.iter().map(|(name, schema)| Key { name, schema, is_required: required.contains(&name.as_str()) });
    let ways = list(schema, "oneOf").filter_map(|branch| list(branch, "required").next()?.as_str());
    Record { keys: keys.collect(), any: None, ways: ways.collect() }
}

impl Place<'_> {
    fn page(&self, document: &Document<'_>, steps: &[String]) -> String {
        let mut page = heading(&format!("{}: {}", self.path, document.file));
        let description = |schema: &Value| schema.get("description").and_then(Value::as_str).map(str::to_owned);
        let resolved = resolve(document.schema, self.property);
        let text = description(self.property).or_else(|| description(resolved)).unwrap_or_default();
        page += &spaced(paragraphs(&text).trim_end());
        let record = record(document.schema, self.property);
        let mut facts = vec![("holds", vec![holds(document.schema, self.property)])];
        if let Some(default) = self.property.get("default") {
            facts.push(("default", vec![written(default)]));
        }
        if self.is_required {
            facts.push(("required", vec!["yes".to_owned()]));
        }
        if !record.ways.is_empty() {
            facts.push(("exactly one of", vec![record.ways.join(", ")]));
        }
        page += &spaced(definitions(&facts).trim_end());
        if !record.keys.is_empty() {
            page.push('\n');
            page += &heading("Keys");
            page += &keys(&record);
        }
        if let Some(example) = example::of(document.name, steps) {
            page.push('\n');
            page += &heading("Example");
            page += &verbatim(example);
        }
        page
    }
}

/// The keys with what they are, a paragraph each.
fn keys(record: &Record<'_>) -> String {
    let width = record.keys.iter().map(|key| key.name.len()).max().unwrap_or_default();
    let mut out = String::new();
    for key in &record.keys {
        let text = key.schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let required = if key.is_required { " Required." } else { "" };
        let first = format!("  {:<width$}  ", key.name);
        let rest = " ".repeat(width + 4);
        let options = textwrap::Options::new(super::layout::WIDTH).initial_indent(&first).subsequent_indent(&rest);
        out += textwrap::fill(&format!("{text}{required}"), options).trim_end();
        out.push('\n');
    }
    out
}

/// A value as one writes it.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    }
}

/// What a schema takes, in words.
pub(super) fn holds(schemas: &Value, schema: &Value) -> String {
    let schema = resolve(schemas, schema);
    if let Some(value) = schema.get("const") {
        return written(value);
    }
    let words: Vec<String> = list(schema, "enum").map(written).collect();
    if !words.is_empty() {
        return words.join(", ");
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("boolean") => "true or false".to_owned(),
        Some("integer") => {
            let bound = |key: &str| schema.get(key).map(Value::to_string).unwrap_or_default();
            format!("a whole number from {} to {}", bound("minimum"), bound("maximum"))
        }
        Some("string") => "text".to_owned(),
        Some("array") => {
            let inner = schema.get("items").map(|items| holds(schemas, items)).unwrap_or_default();
            format!("a list: {inner}")
        }
        Some("object") => match record(schemas, schema).any {
            Some(inner) => format!("names of your own, each with {}", holds(schemas, inner)),
            None => "a mapping".to_owned(),
        },
        _ => {
            let forms = list(schema, "oneOf").chain(list(schema, "anyOf"));
            let forms: Vec<String> = forms.map(|form| holds(schemas, form)).collect();
            if forms.is_empty() { "anything".to_owned() } else { forms.join("; or ") }
        }
    }
}
