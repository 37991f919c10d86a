//! The schemas of a chart's values. Helm fetches what they refer to, before it renders anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::read;
use super::refusal::{Refusal, Refused};
use crate::yaml::Span;

/// What Helm calls the schema of a chart.
const SCHEMA: &str = "values.schema.json";
/// The most files and folders of a chart's charts that are looked at.
const ENTRIES: usize = 100_000;
/// The languages of schemas that Helm has with it.
const LANGUAGES: [&str; 5] =
    ["draft-04/schema", "draft-06/schema", "draft-07/schema", "draft/2019-09/schema", "draft/2020-12/schema"];
const HELP: &str = "--allow-remote lets helm fetch it";

/// The schemas of a chart and of the charts inside.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    pub(super) refused: Vec<Refused>,
    /// Whether there are packed charts, whose schemas are not looked at here.
    pub(super) packed: bool,
}

impl Schemas {
    pub(super) fn of(chart: &Utf8Path) -> Self {
        let mut schemas = Self::default();
        schemas.read(&chart.join(SCHEMA));
        let mut next = vec![chart.join("charts").into_std_path_buf()];
        let mut seen = BTreeSet::new();
        while let Some(folder) = next.pop() {
            // a link may lead to a folder above
            let Ok(found) = folder.canonicalize() else { continue };
            if !seen.insert(found) {
                continue;
            }
            for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
                schemas.see(path, &mut next);
            }
            if next.len() + seen.len() > ENTRIES {
                schemas.refused.push(refused(chart, "there are too many folders in its charts"));
                break;
            }
        }
        schemas
    }

    fn see(&mut self, path: PathBuf, next: &mut Vec<PathBuf>) {
        self.packed |= path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tgz"));
        if path.is_dir() {
            next.push(path);
        } else if path.file_name().is_some_and(|name| name == SCHEMA) {
            match Utf8PathBuf::from_path_buf(path) {
                Ok(path) => self.read(&path),
                Err(path) => {
                    self.refused.push(refused(Utf8Path::new(&path.to_string_lossy()), "its name is not UTF-8"));
                }
            }
        }
    }

    fn read(&mut self, file: &Utf8Path) {
        if file.symlink_metadata().is_err() {
            return;
        }
        match read::text(file) {
            Ok(text) => {
                let at = refusals(&text);
                if !at.is_empty() {
                    self.refused.push(Refused { file: file.to_owned(), text: text.into(), at });
                }
            }
            Err(reason) => self.refused.push(refused(file, &reason)),
        }
    }
}

fn refused(file: &Utf8Path, reason: &str) -> Refused {
    let at = vec![Refusal::new(Span::default(), reason).help(HELP)];
    Refused { file: file.to_owned(), text: "".into(), at }
}

/// What a schema refers to outside of itself.
fn refusals(text: &str) -> Vec<Refusal> {
    let json = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let schema: Value = match serde_json::from_str(json) {
        Ok(schema) => schema,
        Err(error) => return vec![Refusal::new(Span::default(), format!("it cannot be read: {error}")).help(HELP)],
    };
    let mut found = BTreeSet::new();
    look(&schema, true, &mut found);
    let refusal = |reference: &str| {
        let reason = format!("helm would look for `{reference}` outside of the chart, and the check fetches nothing");
        Refusal::new(location(text, reference), reason).help(HELP)
    };
    found.into_iter().map(refusal).collect()
}

fn look<'v>(value: &'v Value, is_root: bool, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if let Some(text) = value.as_str().filter(|text| leads_out(key, text, is_root)) {
                    found.insert(text);
                }
                look(value, false, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| look(item, false, found)),
        _ => {}
    }
}

/// Whether a keyword makes Helm look for something elsewhere.
fn leads_out(key: &str, text: &str, is_root: bool) -> bool {
    match key {
        "$ref" | "$dynamicRef" | "$recursiveRef" => !text.starts_with('#'),
        "$schema" => !is_known(text),
        // what a fragment is a part of; of the whole schema, the name changes nothing
        "$id" | "id" => text.contains("//") && (!is_root || text.contains('#')),
        _ => false,
    }
}

fn is_known(language: &str) -> bool {
    let language = language.strip_suffix('#').unwrap_or(language);
    let language =
        ["http://json-schema.org/", "https://json-schema.org/"].iter().find_map(|host| language.strip_prefix(host));
    language.is_some_and(|language| LANGUAGES.contains(&language))
}

/// Where a text stands as JSON writes it.
fn location(text: &str, reference: &str) -> Span {
    let written = Value::from(reference).to_string();
    let Some(start) = text.find(&written) else { return Span::default() };
    let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: at(start), end: at(start + written.len()) }
}

#[cfg(test)]
mod tests {
    use super::refusals;

    #[test]
    fn a_schema_may_refer_to_itself_only() {
        for local in [
            r##"{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a"}"##,
            r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.com/a.json"}"#,
            r#"{"properties": {"id": {"type": "string"}, "$ref": {"type": "string"}}}"#,
            "true",
        ] {
            assert!(refusals(local).is_empty(), "{local}");
        }
        for remote in [
            r#"{"$ref": "http://example.com/a.json"}"#,
            r#"{"properties": {"a": {"items": [{"$ref": "HTTP://example.com/a.json"}]}}}"#,
            r#"{"\u0024ref": "http:\/\/example.com"}"#,
            r#"{"$ref": "file:///etc/hosts"}"#,
            r#"{"$ref": "other.json"}"#,
            r#"{"$dynamicRef": "//example.com/a"}"#,
            r#"{"$schema": "http://example.com/language"}"#,
            r#"{"$schema": "http://json-schema.org/draft-03/schema#"}"#,
            r#"{"properties": {"a": {"$id": "http://example.com/b"}}}"#,
            r#"{"$id": "http://example.com/b#"}"#,
            "{",
        ] {
            assert_eq!(refusals(remote).len(), 1, "{remote}");
        }
    }
}
