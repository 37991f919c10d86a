//! The JSON Schema of the spec, for editors and other tools.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{ApiServer, App, Space};

/// The schema (draft 2020-12) of one document of a `tightship.yaml`.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let app: Value = generator.subschema_for::<App>().into();
    let space: Value = generator.subschema_for::<Space>().into();
    let api_server: Value = generator.subschema_for::<ApiServer>().into();
    let definitions = generator.take_definitions(true);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tightship spec",
        "description": "One document of a tightship.yaml: an App, a Space or an ApiServer.",
        "type": "object",
        "required": ["kind"],
        "oneOf": [app, space, api_server],
        "$defs": definitions,
    })
}
