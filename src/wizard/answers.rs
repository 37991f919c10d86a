//! Answers with where they come from.

use std::collections::BTreeMap;

use super::questions::QUESTIONS;
use crate::diagnostic::{Problem, nearest};
use crate::yaml::{self, Kind, Source};

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A flag or an environment variable.
    Flag,
    /// The answers file, at a line.
    File(usize),
    /// The person at the terminal.
    Asked,
    /// Nobody said anything.
    Default,
}

/// Answers by the key of their question.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    values: BTreeMap<&'static str, (String, Origin)>,
    file: String,
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

    /// Gives an answer.
    pub fn set(&mut self, key: &'static str, value: String, origin: Origin) {
        self.values.insert(key, (value, origin));
    }

    /// Forgets what was asked or fell to a default, for these questions.
    pub fn forget_from(&mut self, keys: impl Iterator<Item = &'static str>) {
        for key in keys {
            if matches!(self.origin(key), Some(Origin::Asked | Origin::Default)) {
                self.values.remove(key);
            }
        }
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

    /// Adds the answers of a file that no flag gives. `Err` holds what is wrong with the file.
    pub fn add_file(&mut self, source: &Source) -> Result<(), Vec<Problem>> {
        source.name().clone_into(&mut self.file);
        let stream = yaml::parse(source.text());
        let mut problems: Vec<Problem> = stream
            .errors
            .iter()
            .map(|error| {
                Problem::error(yaml::Span { end: error.span.start + 1, ..error.span }, "this is not YAML")
                    .label(&*error.message)
            })
            .collect();
        for root in stream.documents.iter().filter_map(super::super::yaml::tree::Document::root) {
            if root.kind() != Kind::Mapping {
                problems.push(
                    Problem::error(root.span(), "no answers").label("expected a mapping of questions to answers"),
                );
            }
            for (key, value) in root.entries() {
                self.add_entry(source, key, value, &mut problems);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn add_entry(
        &mut self,
        source: &Source,
        key: yaml::Node<'_, '_>,
        value: yaml::Node<'_, '_>,
        problems: &mut Vec<Problem>,
    ) {
        let word = key.text().unwrap_or_default();
        let Some(question) = QUESTIONS.iter().find(|question| question.key == word) else {
            let problem = Problem::error(key.span(), format!("there is no question `{word}`"));
            let known = QUESTIONS.iter().map(|question| question.key);
            problems.push(match nearest(word, known.clone()) {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.label(format!("expected one of {}", known.collect::<Vec<_>>().join(", "))),
            });
            return;
        };
        // a list is the same as commas between its members; a number is the text that it is written as
        let text = match value.kind() {
            Kind::Scalar => value.text().map(str::to_owned),
            Kind::Sequence => value
                .items()
                .map(|item| item.text().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map(|it| it.join(",")),
            Kind::Mapping => None,
        };
        let Some(text) = text else {
            problems.push(
                Problem::error(value.span(), format!("`{word}` has no answer here")).label("expected text or a list"),
            );
            return;
        };
        if !matches!(self.origin(question.key), Some(Origin::Flag)) {
            let (line, _) = source.position(key.span().range().start);
            self.set(question.key, text, Origin::File(line));
        }
    }
}
