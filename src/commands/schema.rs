//! `tightship schema`: the JSON Schema of the files that people write for tightship, for editors and other tools.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{OK, output};
use crate::check::config::Config;
use crate::cli::SchemaOf;
use crate::spec::{ApiServer, App, Space};

/// Prints the schema.
pub(super) fn run(of: SchemaOf) -> anyhow::Result<u8> {
    let schema = match of {
        SchemaOf::Spec => schema(),
        #[cfg(feature = "cluster")]
        SchemaOf::Lab => lab(),
    };
    output::json(&schema)?;
    Ok(OK)
}

/// The schema (draft 2020-12) of a lab.
#[cfg(feature = "cluster")]
fn lab() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let lab: Value = generator.subschema_for::<crate::lab::course::Lab>().into();
    let definitions = generator.take_definitions(true);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tightship lab",
        "description": "The lab.yaml of a lab in a course.",
        "allOf": [lab],
        "$defs": definitions,
    })
}

/// The schema (draft 2020-12) of one document.
fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let app: Value = generator.subschema_for::<App>().into();
    let space: Value = generator.subschema_for::<Space>().into();
    let api_server: Value = generator.subschema_for::<ApiServer>().into();
    let check: Value = generator.subschema_for::<Config>().into();
    let definitions = generator.take_definitions(true);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tightship",
        "description": "One document of a tightship.yaml (an App, a Space or an ApiServer), or a .tightship.yaml (a Check).",
        "type": "object",
        "required": ["kind"],
        "oneOf": [app, space, api_server, check],
        "$defs": definitions,
    })
}
