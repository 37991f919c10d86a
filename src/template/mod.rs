//! The templates and what they may do. A value that a template prints is always one YAML scalar or one flow list: it can
//! neither change its type nor add structure, whatever text it is.

use std::sync::LazyLock;

use include_dir::{Dir, DirEntry, include_dir};
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, syntax::SyntaxConfig};
use serde::Serialize;

use crate::yaml::quote;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

static ENGINE: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(build);

/// A value for templates, under a name.
pub fn context(name: &str, value: impl Serialize) -> Value {
    Value::from_pairs([(name.to_owned(), Value::from(Serde(value)))])
}

/// A context of several values.
pub fn contexts(value: impl Serialize) -> Value {
    Value::from(Serde(value))
}

pub fn render(template: &str, context: Value) -> Result<String, Error> {
    let engine = ENGINE.as_ref().map_err(|error| Error::new(error.kind(), error.to_string()))?;
    engine.get_template(template)?.render(context)
}

/// The names of all templates.
pub fn names() -> Vec<&'static str> {
    files(&TEMPLATES).into_iter().map(|(name, _)| name).collect()
}

fn files(dir: &'static Dir<'static>) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => found.extend(files(dir)),
            DirEntry::File(file) => found.extend(file.path().to_str().zip(file.contents_utf8())),
        }
    }
    found
}

fn build() -> Result<Environment<'static>, Error> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    engine.set_auto_escape_callback(|_| AutoEscape::Json);
    engine.set_formatter(|out, _, value| {
        if value.is_safe() {
            return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
        }
        let text = scalar_or_list(value)?;
        out.write_str(&text).map_err(Error::from)
    });
    engine.remove_filter("safe");
    engine.add_filter("nest", nest);
    engine.add_filter("block", block);
    engine.add_filter("comment", comment);
    for (name, text) in files(&TEMPLATES) {
        engine.add_template(name, text)?;
    }
    Ok(engine)
}

fn scalar_or_list(value: &Value) -> Result<String, Error> {
    match value.kind() {
        ValueKind::String => Ok(quote::scalar(value.as_str().unwrap_or_default())),
        ValueKind::Bool => Ok(if value.is_true() { "true" } else { "false" }.to_owned()),
        ValueKind::Number => Ok(value.to_string()),
        ValueKind::Seq => {
            let items: Result<Vec<String>, Error> = value.try_iter()?.map(|item| scalar_or_list(&item)).collect();
            Ok(format!("[{}]", items?.join(", ")))
        }
        kind => Err(Error::new(ErrorKind::InvalidOperation, format!("a template prints {kind}"))),
    }
}

/// Moves text that a template made to the right. Refuses any other text: this is no way around quoting.
fn nest(text: &Value, spaces: usize) -> Result<Value, Error> {
    if !text.is_safe() {
        return Err(Error::new(ErrorKind::InvalidOperation, "only template text can be nested"));
    }
    let mut out = String::new();
    for line in text.as_str().unwrap_or_default().trim_end_matches('\n').split('\n') {
        if !out.is_empty() {
            out.push('\n');
        }
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', spaces));
            out.push_str(line);
        }
    }
    Ok(Value::from_safe_string(out))
}

/// A text as a literal block where that keeps it as it is, quoted otherwise.
fn block(text: &str, indent: usize) -> Value {
    Value::from_safe_string(quote::literal_block(text, indent).unwrap_or_else(|| quote::scalar(text)))
}

/// A text as a comment to the end of the line, which it cannot leave.
fn comment(text: &str) -> Value {
    let text: String = text.chars().map(|character| if quote::is_odd(character) { ' ' } else { character }).collect();
    Value::from_safe_string(format!("# {}", text.trim_end()))
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test may fail")]
mod tests {
    use super::{ENGINE, TEMPLATES, files, names};

    #[test]
    fn every_template_compiles_and_is_a_yaml_template() {
        assert!(ENGINE.is_ok(), "{:?}", ENGINE.as_ref().err());
        assert!(names().len() > 20);
        for name in names() {
            assert!(name.ends_with(".yaml.j2"), "{name}");
        }
    }

    #[test]
    fn no_template_escapes_the_escaping() {
        for (name, text) in files(&TEMPLATES) {
            for forbidden in ["safe", "autoescape", "indent("] {
                let used = text.match_indices("{{").chain(text.match_indices("{%")).any(|(at, _)| {
                    let tag = text[at..].split("}}").next().unwrap_or_default();
                    let tag = tag.split("%}").next().unwrap_or_default();
                    tag.contains(forbidden)
                });
                assert!(!used, "{name} uses `{forbidden}`");
            }
        }
    }
}
