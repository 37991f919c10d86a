//! `tightship schema`: the JSON Schema of the files that people write for tightship, for editors and other tools.

use anyhow::Context as _;
use camino::Utf8Path;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{OK, output};
use crate::check::config::Config;
use crate::cli::SchemaOf;
use crate::diagnostic::text;
use crate::explain::key::Document;
use crate::spec::defaults::SHARED;
use crate::spec::{ApiServer, App, Defaults, Space};

/// The name of the schema beside a spec that names it.
pub(super) const BESIDE: &str = crate::render::plan::SCHEMA;

/// The schemas of all files that people write.
pub(super) struct Schemas {
    spec: Value,
    #[cfg(feature = "cluster")]
    lab: Value,
}

impl Schemas {
    pub(super) fn new() -> Self {
        Self {
            spec: spec(),
            #[cfg(feature = "cluster")]
            lab: lab(),
        }
    }

    /// The kinds of documents.
    pub(super) fn documents(&self) -> Vec<Document<'_>> {
        let of = |name, file, definition| Document { name, file, schema: &self.spec, definition };
        vec![
            of("App", "tightship.yaml", "App"),
            of("Space", "tightship.yaml", "Space"),
            of("ApiServer", "tightship.yaml", "ApiServer"),
            of("Defaults", "tightship.yaml", "Defaults"),
            of("Check", ".tightship.yaml", "Config"),
            #[cfg(feature = "cluster")]
            Document { name: "Lab", file: "lab.yaml", schema: &self.lab, definition: "Lab" },
        ]
    }

    /// What the checks of a lab look at.
    pub(super) fn checks(&self) -> Vec<Document<'_>> {
        vec![
            #[cfg(feature = "cluster")]
            Document { name: "check", file: "lab.yaml", schema: &self.lab, definition: "CheckKind" },
        ]
    }
}

/// Prints the schema, or writes it to a file.
pub(super) fn run(of: SchemaOf, out: Option<&Utf8Path>) -> anyhow::Result<u8> {
    let schema = match of {
        SchemaOf::Spec => spec(),
        #[cfg(feature = "cluster")]
        SchemaOf::Lab => lab(),
    };
    match out {
        None => output::json(&schema)?,
        Some(path) => {
            std::fs::write(path, to_text(&schema)?).with_context(|| path.to_string())?;
            let name = path.file_name().unwrap_or(path.as_str());
            output::say_lines(&format!("editors find it by the first line of a file beside it:\n{}", line(name)))?;
        }
    }
    Ok(OK)
}

/// The text of a schema.
fn to_text(schema: &Value) -> anyhow::Result<String> {
    Ok(format!("{}\n", text::json(&serde_json::to_string_pretty(schema)?)))
}

/// The text of the schema of specs.
pub(super) fn spec_text() -> anyhow::Result<String> {
    to_text(&spec())
}

/// The comment by which editors find the schema of a file.
fn line(path: &str) -> String {
    format!("# yaml-language-server: $schema={path}")
}

/// Whether a spec names the schema beside it.
pub(super) fn is_named_by(spec: &str) -> bool {
    let comments = spec.lines().take_while(|line| line.is_empty() || line.starts_with('#'));
    comments.map(str::trim_end).any(|comment| comment == line(BESIDE) || comment == line(&format!("./{BESIDE}")))
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
fn spec() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let app: Value = generator.subschema_for::<App>().into();
    let space: Value = generator.subschema_for::<Space>().into();
    let api_server: Value = generator.subschema_for::<ApiServer>().into();
    let check: Value = generator.subschema_for::<Config>().into();
    let defaults: Value = generator.subschema_for::<Defaults>().into();
    let mut definitions = generator.take_definitions(true);
    for kind in ["App", "Space"] {
        if let Some(schema) = definitions.get_mut(kind) {
            leave_to_defaults(schema);
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tightship",
        "description": "One document of a tightship.yaml (an App, a Space, an ApiServer or Defaults), or a .tightship.yaml (a Check).",
        "type": "object",
        "required": ["kind"],
        "oneOf": [app, space, api_server, defaults, check],
        "$defs": definitions,
    })
}

/// Lets a document leave keys to another one of its file, which no schema of one document can know.
fn leave_to_defaults(schema: &mut Value) {
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|key| key.as_str().is_none_or(|key| !SHARED.contains(&key)));
    }
    for key in SHARED {
        let property = schema.get_mut("properties").and_then(|properties| properties.get_mut(key));
        if let Some(Value::String(description)) = property.and_then(|property| property.get_mut("description")) {
            description.push_str(" Default: what `Defaults` in the same file say, without which it is required.");
        }
    }
}
