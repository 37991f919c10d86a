//! Random documents: the schema takes the structure of one exactly when the decoder does.
//!
//! They are made from the schemas themselves, with texts that each leaf takes, and then changed: a key less, a key more, a
//! value of another form, two keys that exclude each other. What is aside are checks across fields, which no schema knows.
//! `TIGHTSHIP_CASES=10000` makes as many of each kind, others in each run.

use std::cell::Cell;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use tightship::internals::check::Config;
use tightship::internals::decode::{Decode, Decoder};
use tightship::internals::spec::{ApiServer, App, Defaults, Space, read_over};
use tightship::internals::yaml;

use crate::support;

/// How many documents of each kind, unless the environment says.
const CASES: u32 = 400;
/// From this depth on nothing is written that could be left out.
const DEEPEST: usize = 9;

/// Texts that a leaf takes, by the pattern of its schema.
const BY_PATTERN: &[(&str, &[&str])] = &[
    ("^/[^:]*$", &["/var/log/pods"]),
    ("^/[^:]+$", &["/data/a", "/run/app"]),
    ("^/", &["/", "/healthz"]),
    ("^0?[0-7]{3}$", &["0440", "444"]),
    ("^[0-9.]+(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$", &["1Gi", "512Mi"]),
    ("^[0-9a-fA-F.:]+/[0-9]{1,3}$", &["10.0.0.0/8", "203.0.113.0/24"]),
    ("^[0-9a-fA-F.:]+/[0-9]{1,3}(,[0-9a-fA-F.:]+/[0-9]{1,3})?$", &["10.96.0.0/12", "10.96.0.0/16,fd00:96::/112"]),
    ("^[0-9a-fA-F.:]+$", &["10.0.0.4", "fd00::4"]),
    ("^[A-Za-z]+$", &["PodNodeSelector", "ResourceQuota"]),
    ("^[a-z0-9.:/_-]+$", &["ghcr.io/acme"]),
    ("^[a-z0-9-]+/[a-z0-9.-]+$", &["infra/public"]),
    ("^[a-z0-9./-]*$", &["", "configmaps", "pods/log"]),
    (
        "^(https|ssh|oci)://[A-Za-z0-9@:/._~+-]+$",
        &["https://git.example.com/team/shop", "oci://registry.example.com/shop"],
    ),
    ("^[A-Za-z0-9][A-Za-z0-9._/-]*$", &["main", "release/1"]),
    ("^[A-Za-z0-9._/-]+$", &[".", "deploy/shop"]),
    ("^unix:///.+", &["unix:///run/kms/kms.sock"]),
    ("^[^/]+:[0-9]+$", &["k8s.example.com:6443"]),
    ("^https://[^/]+:[0-9]+$", &["https://10.0.0.1:2379"]),
    ("^https://[^?#@]+$", &["https://idp.example.com"]),
    ("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", &["2027-03-31"]),
    ("^[1-9][0-9]{0,4}(s|m|h)$", &["90s", "3m"]),
    ("^[^:/]+:/.*$", &["files.example.com:/shared"]),
    ("^[^ ]+$", &["vault"]),
    (
        "@sha256:[0-9a-f]{64}$",
        &["ghcr.io/acme/model@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
    ),
    ("=", &["app=page", "a="]),
    // names of all kinds
    ("a-z", &["web", "a1"]),
    ("A-Z", &["web", "a1"]),
    // releases
    ("v?1\\.", &["1.34", "v1.36.2"]),
];

/// Texts that a leaf without a pattern takes, by its key.
const BY_KEY: &[(&str, &[&str])] = &[
    ("schedule", &["0 3 * * *"]),
    ("timeZone", &["Etc/UTC", "Europe/Berlin"]),
    ("host", &["shop.example.com"]),
    ("image", &["ghcr.io/acme/shop:1.2.3"]),
    ("cpu", &["500m", "2"]),
    ("cpuLimit", &["1500m"]),
];

/// Texts for everything else: some of them read as something else where nobody quotes them.
const ANY_TEXT: &[&str] = &["a", "yes", "1", "null", "x y", "ä"];

/// Values of all forms, that stand where another was.
fn forms() -> Vec<Value> {
    vec![
        Value::Null,
        json!({}),
        json!([]),
        json!("text"),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(5_000_000_000_i64),
        json!(1.5),
        json!([null]),
        json!([{}]),
        json!({ "a": 1 }),
        json!([["a"]]),
    ]
}

/// A tape of choices: what is made from a shorter one, or from smaller numbers, is simpler.
struct Choices<'t> {
    tape: std::slice::Iter<'t, u32>,
}

impl Choices<'_> {
    /// One of so many; the first once the tape is at its end.
    fn pick(&mut self, count: usize) -> usize {
        self.tape.next().map_or(0, |choice| *choice as usize % count.max(1))
    }

    fn of<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.pick(values.len())]
    }

    /// Yes once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.pick(times) == times - 1
    }
}

/// A schema with its definitions.
struct Documents {
    schema: Value,
    validator: jsonschema::Validator,
    /// Every key of a record anywhere, with a schema of its value.
    keys: Vec<(String, Value)>,
}

impl Documents {
    fn new(args: &[&str]) -> Self {
        let printed = Command::new(env!("CARGO_BIN_EXE_tightship")).args(args).output().unwrap();
        let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let records = schema["$defs"].as_object().unwrap().values();
        let properties = records.filter_map(|record| record["properties"].as_object()).flatten();
        let keys = properties.map(|(key, schema)| (key.clone(), schema.clone())).collect();
        Self { schema, validator, keys }
    }

    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str() {
            Some(name) => self.resolve(self.schema.pointer(&name[1..]).unwrap()),
            None => schema,
        }
    }

    /// A value that the schema takes.
    fn value(&self, schema: &Value, key: &str, depth: usize, choices: &mut Choices<'_>) -> Value {
        let schema = self.resolve(schema);
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(words) = schema["enum"].as_array() {
            return choices.of(words).clone();
        }
        let is_record = schema.get("properties").is_some();
        if let Some(ways) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()).filter(|_| !is_record) {
            return self.value(choices.of(ways), key, depth, choices);
        }
        match schema["type"].as_str() {
            Some("string") => text(schema, key, choices).into(),
            Some("boolean") => (choices.pick(2) == 1).into(),
            Some("integer") => {
                let (low, high) = (schema["minimum"].as_i64().unwrap(), schema["maximum"].as_i64().unwrap());
                [low, high, low + (high - low) / 2][choices.pick(3)].into()
            }
            Some("array") => {
                let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
                let more = if depth > DEEPEST { 0 } else { choices.pick(3) };
                (0..least + more).map(|_| self.value(&schema["items"], key, depth + 1, choices)).collect()
            }
            Some("object") if is_record => self.record(schema, depth, choices),
            Some("object") => self.map(schema, key, depth, choices),
            Some(other) => panic!("a schema of the type {other}"),
            None => choices.of(&forms()).clone(),
        }
    }

    fn record(&self, schema: &Value, depth: usize, choices: &mut Choices<'_>) -> Value {
        let empty = Vec::new();
        let names = |value: &Value| -> Vec<String> {
            value.as_array().unwrap_or(&empty).iter().map(|key| key.as_str().unwrap().to_owned()).collect()
        };
        let mut required = names(&schema["required"]);
        let mut without: Vec<String> = Vec::new();
        if let Some(branches) = schema["oneOf"].as_array() {
            let branch = choices.pick(branches.len());
            required.extend(names(&branches[branch]["required"]));
            without
                .extend(branches[branch]["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()));
            // the first is the key that the branch is of
            without.extend(branches.iter().map(|other| names(&other["required"]).remove(0)));
        }
        let mut record = Map::new();
        for (key, property) in schema["properties"].as_object().unwrap() {
            let must = required.contains(key);
            let may = !without.contains(key) && depth <= DEEPEST;
            if must || may && choices.once_in(if depth < 3 { 2 } else { 4 }) {
                record.insert(key.clone(), self.value(property, key, depth + 1, choices));
            }
        }
        record.into()
    }

    fn map(&self, schema: &Value, key: &str, depth: usize, choices: &mut Choices<'_>) -> Value {
        let by_pattern = schema["patternProperties"].as_object().and_then(|patterns| patterns.iter().next());
        let mut map = Map::new();
        for _ in 0..if depth > DEEPEST { 0 } else { choices.pick(3) } {
            let (name, inner) = match by_pattern {
                Some((pattern, inner)) => (text(&json!({ "pattern": pattern }), "", choices), inner),
                None => ((*choices.of(ANY_TEXT)).to_owned(), &schema["additionalProperties"]),
            };
            map.insert(name, self.value(inner, key, depth + 1, choices));
        }
        map.into()
    }

    /// A document, changed a few times or not at all.
    fn document(&self, root: &Value, tape: &[u32]) -> Value {
        let mut choices = Choices { tape: tape.iter() };
        let changes = choices.pick(4);
        let mut document = self.value(root, "", 0, &mut choices);
        for _ in 0..changes {
            self.change(&mut document, &mut choices);
        }
        document
    }

    fn change(&self, document: &mut Value, choices: &mut Choices<'_>) {
        let mut places = Vec::new();
        places_of(document, String::new(), &mut places);
        let place = choices.of(&places).clone();
        let node = document.pointer_mut(&place).unwrap();
        match (choices.pick(4), node) {
            (0, Value::Object(record)) if !record.is_empty() => {
                let key = record.keys().nth(choices.pick(record.len())).unwrap().clone();
                record.shift_remove(&key);
            }
            (1, Value::Object(record)) => {
                record.entry("another".to_owned()).or_insert_with(|| choices.of(&forms()).clone());
            }
            (2, Value::Object(record)) => {
                let (key, schema) = choices.of(&self.keys);
                record.entry(key.clone()).or_insert_with(|| self.value(schema, key, DEEPEST, choices));
            }
            // another text may be none that the leaf takes
            (_, node @ Value::String(_)) => {
                let others: Vec<Value> = forms().into_iter().filter(|form| !form.is_string()).collect();
                *node = choices.of(&others).clone();
            }
            (_, node) => *node = choices.of(&forms()).clone(),
        }
    }

    /// Holds the schema against the decoder, for so many documents.
    fn agree(&self, root: &Value, decode: impl Fn(yaml::Node<'_, '_>, &mut Decoder<'_>) -> bool) {
        let config = support::random(CASES);
        let counts = [Cell::new(0), Cell::new(0)];
        let tapes = proptest::collection::vec(any::<u32>(), 0..400);
        let outcome = TestRunner::new(config).run(&tapes, |tape| {
            let document = self.document(root, &tape);
            let text = document.to_string();
            let stream = yaml::parse(&text);
            prop_assert!(stream.errors.is_empty(), "{}", text);
            let mut decoder = Decoder::new(&text);
            let read = decode(stream.documents[0].root().unwrap(), &mut decoder);
            let problems = decoder.into_problems();
            let by_decoder = read && problems.is_empty();
            let by_schema = self.validator.is_valid(&document);
            let count = &counts[usize::from(by_decoder)];
            count.set(count.get() + 1);
            prop_assert_eq!(by_schema, by_decoder, "schema and decoder of {}\n{:?}", text, problems);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
        let [refused, taken] = counts.map(Cell::into_inner);
        let cases = taken + refused;
        assert!(taken > cases / 10 && refused > cases / 10, "{taken} are taken, {refused} refused");
    }
}

/// A text that a leaf takes.
fn text(schema: &Value, key: &str, choices: &mut Choices<'_>) -> String {
    let by_pattern = |pattern: &str| {
        let is_meant = |part: &str| pattern == part || !part.starts_with('^') && pattern.contains(part);
        let found = BY_PATTERN.iter().find(|(part, _)| is_meant(part));
        found.unwrap_or_else(|| panic!("no text for the pattern {pattern}"))
    };
    let pinned = schema["pattern"].as_str().is_some_and(|pattern| pattern.starts_with('@'));
    let by_key = BY_KEY.iter().find(|(name, _)| *name == key && !pinned);
    let texts = by_key.or_else(|| schema["pattern"].as_str().map(by_pattern));
    let fallback = if schema.get("minLength").is_some() { &ANY_TEXT[..1] } else { ANY_TEXT };
    (*choices.of(texts.map_or(fallback, |(_, texts)| texts))).to_owned()
}

/// The pointers of a value and of all within it.
fn places_of(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(record) => {
            for (key, value) in record {
                places_of(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places_of(item, format!("{at}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(at);
}

/// Reads the document that its kind says, as `spec::load` and the configuration do.
fn by_kind(root: yaml::Node<'_, '_>, decoder: &mut Decoder<'_>) -> bool {
    match root.get("kind").and_then(yaml::Node::text) {
        Some("App") => shared(|defaults| read_over::<App>(root, defaults, decoder).is_some()),
        Some("Space") => shared(|defaults| read_over::<Space>(root, defaults, decoder).is_some()),
        Some("Defaults") => Defaults::decode(root, decoder).is_some(),
        Some("ApiServer") => ApiServer::decode(root, decoder).is_some(),
        Some("Check") => Config::decode(root, decoder).is_some(),
        _ => false,
    }
}

/// With defaults that say what no schema of one document can ask for.
fn shared(read: impl FnOnce(Option<yaml::Node<'_, '_>>) -> bool) -> bool {
    let stream = yaml::parse("target: {kubernetes: \"1.36\"}\nlevel: restricted\n");
    read(stream.documents[0].root())
}

fn definition(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

#[test]
fn apps() {
    Documents::new(&["schema"]).agree(&definition("App"), by_kind);
}

#[test]
fn spaces() {
    Documents::new(&["schema"]).agree(&definition("Space"), by_kind);
}

#[test]
fn defaults() {
    Documents::new(&["schema"]).agree(&definition("Defaults"), by_kind);
}

#[test]
fn api_servers() {
    Documents::new(&["schema"]).agree(&definition("ApiServer"), by_kind);
}

#[test]
fn configurations() {
    Documents::new(&["schema"]).agree(&definition("Config"), by_kind);
}

#[cfg(feature = "cluster")]
#[test]
fn labs() {
    use tightship::internals::lab::Lab;
    Documents::new(&["schema", "lab"]).agree(&definition("Lab"), |root, decoder| Lab::decode(root, decoder).is_some());
}
