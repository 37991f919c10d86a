//! Answers with where they come from.

use std::collections::BTreeMap;

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A flag or an environment variable.
    Flag,
    /// The answers file, at a line.
    File(usize),
    /// The person at the terminal.
    Asked,
    /// The spec that is there.
    Spec,
    /// No answer was given.
    Default,
}

/// Answers by the key of their question.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    values: BTreeMap<&'static str, (String, Origin)>,
    /// What a person typed before they went back: it is offered again.
    typed: BTreeMap<&'static str, String>,
    pub(super) file: String,
}

impl Answers {
    /// The answer to a question; empty if there is none (yet).
    pub fn get(&self, key: &str) -> &str {
        self.values.get(key).map_or("", |(value, _)| value)
    }

    /// The answer to a question that `none` answers in the negative.
    pub fn some(&self, key: &str) -> Option<&str> {
        Some(self.get(key)).filter(|value| !value.is_empty() && *value != "none")
    }

    /// Where an answer comes from.
    pub fn origin(&self, key: &str) -> Option<Origin> {
        self.values.get(key).map(|(_, origin)| *origin)
    }

    /// Whether there is an answer already.
    pub fn is_settled(&self, key: &str) -> bool {
        self.origin(key).is_some()
    }

    /// Whether a person gave any of the answers at the terminal.
    pub fn were_asked(&self) -> bool {
        self.values.values().any(|(_, origin)| *origin == Origin::Asked)
    }

    pub fn set(&mut self, key: &'static str, value: String, origin: Origin) {
        self.values.insert(key, (value, origin));
    }

    /// Forgets what was asked or fell to a default, for these questions. What a person typed is kept to be offered again.
    pub fn forget_from(&mut self, keys: impl Iterator<Item = &'static str>) {
        for key in keys {
            if matches!(self.origin(key), Some(Origin::Asked | Origin::Default))
                && let Some((value, Origin::Asked)) = self.values.remove(key)
            {
                self.typed.insert(key, value);
            }
        }
    }

    /// What a person typed for a question before they went back.
    pub fn typed(&self, key: &str) -> Option<&str> {
        self.typed.get(key).map(String::as_str)
    }

    /// A given answer with the name of its place.
    pub fn given(&self, key: &str) -> Option<(&str, String)> {
        let (value, origin) = self.values.get(key)?;
        let place = match origin {
            Origin::Flag => format!("--{key}"),
            Origin::File(line) => format!("{}:{line}: {key}", self.file),
            _ => return None,
        };
        Some((value, place))
    }
}
