//! A text as two readers of YAML see it.

use serde_json::Value;
use tightship::internals::yaml;

/// The documents as our own reader and as the YAML organisation's read them. Ours must read all of it.
pub fn readings(text: &str) -> (Vec<Value>, Vec<Value>) {
    let read = yaml::parse(text);
    assert!(read.errors.is_empty(), "{:?}\n{text}", read.errors);
    let ours = read.documents.iter().filter_map(yaml::Document::root).map(|root| root.to_json().unwrap()).collect();
    let theirs = serde_yaml::Deserializer::from_str(text)
        .map(|document| serde::Deserialize::deserialize(document).unwrap())
        .collect();
    (ours, theirs)
}
