//! The globs of the configuration.

use std::borrow::Cow;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::decode::{self, Decode, Decoder};
use crate::diagnostic::Diagnostic;
use crate::yaml::Node;

/// The longest glob: what it becomes when it is compiled grows with it.
const LONGEST_GLOB: usize = 1000;

/// A glob: `*` for any text without `/`, `**` for any, `?`, `[a-z]`, `{a,b}`.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    glob: Option<GlobSet>,
}

impl Pattern {
    /// A glob, or what is wrong with it. What is too large to be compiled is an error here, not later.
    fn parse(text: &str) -> Result<Self, String> {
        let length = text.chars().count();
        if length > LONGEST_GLOB {
            return Err(format!("a glob of {length} characters: the longest that is read has {LONGEST_GLOB}"));
        }
        let compile = || {
            let glob = GlobBuilder::new(text).literal_separator(true).build()?;
            GlobSetBuilder::new().add(glob).build()
        };
        let glob = compile().map_err(|error| format!("glob `{text}`: {}", error.kind()))?;
        Ok(Self { glob: Some(glob) })
    }

    /// Whether a text is as the glob says; none is as one that could not be read.
    pub fn is_match(&self, text: &str) -> bool {
        self.glob.as_ref().is_some_and(|glob| glob.is_match(text))
    }
}

impl Decode for Pattern {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let text = decode::text(node, "a glob such as `shop-*`", decoder)?;
        match Self::parse(text) {
            Ok(pattern) => Some(pattern),
            Err(problem) => {
                let problem = Diagnostic::error(decoder.place(node.span()), problem);
                decoder.report(problem.label("expected a glob such as `shop-*`"));
                None
            }
        }
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn globs_match_as_they_say() {
        for (glob, text, expected) in [
            ("shop-*", "shop-web", true),
            ("shop-*", "shop-a/b", false),
            ("vendor/**", "vendor/a/b.yaml", true),
            ("**", "a/b.yaml", true),
            ("{a,b}.yaml", "b.yaml", true),
            ("[!a-c]?", "dx", true),
            ("", "a", false),
        ] {
            assert_eq!(Pattern::parse(glob).unwrap().is_match(text), expected, "{glob} {text}");
        }
        assert!(!Pattern::default().is_match(""));
    }

    #[test]
    fn a_bad_or_large_glob_is_an_error() {
        let nested = "{".repeat(500) + &"}".repeat(500);
        let classes = "[!a-z]".repeat(166);
        let many = "{a*b?".repeat(100) + &"}".repeat(100);
        for glob in ["[", "{a", "a}", "[z-a]", "a\\", &"?".repeat(1001), &nested, &classes, &many] {
            // an error or a glob, and in no case a panic
            let read = Pattern::parse(glob);
            assert!(glob.len() > 2 || read.is_err(), "{glob}");
            let _ = read.map(|pattern| pattern.is_match(&"ab".repeat(2000)));
        }
        assert!(Pattern::parse(&"?".repeat(1001)).unwrap_err().contains("1001 characters"));
    }
}
