//! The values of a chart: what the spec says, with what each is for, and a schema that takes nothing else.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::yaml::emit;

/// Values as a tree.
#[derive(Debug, Default, Clone)]
pub struct Values(Map<String, Json>);

impl Values {
    /// Sets a value by its path.
    pub fn set(&mut self, path: &[String], value: Json) {
        let Some((last, parents)) = path.split_last() else { return };
        let mut fields = &mut self.0;
        for key in parents {
            let entry = fields.entry(key.clone()).or_insert_with(|| json!({}));
            if !entry.is_object() {
                *entry = json!({});
            }
            let Some(next) = entry.as_object_mut() else { return };
            fields = next;
        }
        fields.insert(last.clone(), value);
    }
}

/// What each value is for, in the order of the file.
const MEANINGS: [(&str, &str); 8] = [
    ("environment", "One of the environments of the spec, or none. Its own values are in values-NAME.yaml."),
    ("image", "The image; with a digest it is always the same."),
    ("replicas", "How many pods."),
    (
        "autoscaling",
        "How many pods at least and at most, and the share of the requested processor time to aim for, in percent.",
    ),
    ("resources", "What the main container requests, and what it may not pass."),
    ("env", "Variables of the main container. Values are text; secrets do not belong here."),
    ("route", "The host name under which the outside world reaches it."),
    ("storage", "Volumes that outlive the pod."),
];

/// The values of the base, and of other environments those that the base has not: every hole has one. Variables are the
/// environment's own.
pub fn whole(all: &[Values]) -> Values {
    let mut whole = Values::default();
    for (at, values) in all.iter().enumerate() {
        for (key, value) in &values.0 {
            if at == 0 || key != "env" {
                fill(whole.0.entry(key.clone()).or_insert(Json::Null), value);
            }
        }
    }
    whole.0.entry("env").or_insert_with(|| json!({}));
    whole
}

/// Adds what is not there yet.
fn fill(into: &mut Json, from: &Json) {
    match (into, from) {
        (Json::Object(into), Json::Object(from)) => {
            for (key, value) in from {
                fill(into.entry(key.clone()).or_insert(Json::Null), value);
            }
        }
        (into, from) if into.is_null() => *into = from.clone(),
        _ => {}
    }
}

/// The text of `values.yaml`.
pub fn text(values: &Values, environments: &[String]) -> String {
    let mut out = String::new();
    for (key, meaning) in MEANINGS {
        let value = match key {
            "environment" if environments.is_empty() => continue,
            "environment" => json!(""),
            _ => match values.0.get(key) {
                Some(value) => value.clone(),
                None => continue,
            },
        };
        let one: Map<String, Json> = std::iter::once((key.to_owned(), value)).collect();
        // writing to a string cannot fail
        let _ = write!(out, "# {meaning}\n{}", emit::block(&one.into()));
    }
    out
}

/// The text of the values of an environment: what differs from the base.
pub fn difference(base: &Values, own: &Values, environment: &str) -> String {
    let mut fields = Map::from_iter([("environment".to_owned(), json!(environment))]);
    for (key, value) in &own.0 {
        let before = base.0.get(key).cloned().unwrap_or(Json::Null);
        if let Some(changed) = changed(&before, value) {
            fields.insert(key.clone(), changed);
        }
    }
    emit::block(&fields.into())
}

fn changed(before: &Json, after: &Json) -> Option<Json> {
    match (before, after) {
        (Json::Object(before), Json::Object(after)) => {
            let fields: Map<String, Json> = after
                .iter()
                .filter_map(|(key, value)| {
                    let old = before.get(key).unwrap_or(&Json::Null);
                    changed(old, value).map(|value| (key.clone(), value))
                })
                .collect();
            (!fields.is_empty()).then(|| fields.into())
        }
        _ => (before != after).then(|| after.clone()),
    }
}

/// The schema: these values and no others, but for what Helm itself puts into the values of a chart within another.
pub fn schema(values: &Values, environments: &[String]) -> String {
    let mut properties = Map::new();
    for (key, value) in &values.0 {
        let own = match key.as_str() {
            "env" => json!({
                "type": "object",
                "propertyNames": { "pattern": "^[-._a-zA-Z][-._a-zA-Z0-9]*$" },
                "additionalProperties": { "type": ["string", "null"] },
            }),
            "image" => json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["repository"],
                "properties": {
                    "repository": { "type": "string", "pattern": "^[a-zA-Z0-9][a-zA-Z0-9._:/-]*$" },
                    "tag": { "type": "string", "pattern": "^([a-zA-Z0-9_][a-zA-Z0-9._-]{0,127})?$" },
                    "digest": { "type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$" },
                },
            }),
            _ => of(key, value),
        };
        properties.insert(key.clone(), own);
    }
    if !environments.is_empty() {
        let words: Vec<&str> = std::iter::once("").chain(environments.iter().map(String::as_str)).collect();
        properties.insert("environment".to_owned(), json!({ "type": "string", "enum": words }));
    }
    properties.insert("global".to_owned(), json!({ "type": "object" }));
    properties.insert("enabled".to_owned(), json!({ "type": "boolean" }));
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    format!("{schema:#}\n")
}

fn of(key: &str, value: &Json) -> Json {
    match value {
        Json::Object(fields) => {
            let properties: Map<String, Json> =
                fields.iter().map(|(key, value)| (key.clone(), of(key, value))).collect();
            json!({ "type": "object", "additionalProperties": false, "properties": properties })
        }
        Json::Number(_) => json!({ "type": "integer", "minimum": 0 }),
        _ if key == "host" => json!({ "type": "string", "pattern": "^(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" }),
        _ => json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$" }),
    }
}
