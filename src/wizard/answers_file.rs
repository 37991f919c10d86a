//! Answers that a file gives.

use super::answers::{Answers, Origin};
use super::questions::QUESTIONS;
use crate::diagnostic::{Diagnostic, nearest};
use crate::yaml::{self, Kind, Source};

impl Answers {
    /// Adds the answers of a file that no flag gives. `Err` holds what is wrong with the file.
    pub fn add_file(&mut self, source: &Source) -> Result<(), Vec<Diagnostic>> {
        source.name().clone_into(&mut self.file);
        let stream = yaml::parse(source.text());
        let mut problems: Vec<Diagnostic> = stream
            .errors
            .iter()
            .map(|error| {
                Diagnostic::error(yaml::Span { end: error.span.start + 1, ..error.span }, "this is not YAML")
                    .label(&*error.message)
            })
            .collect();
        for root in stream.documents.iter().filter_map(yaml::Document::root) {
            if root.kind() != Kind::Mapping {
                problems.push(
                    Diagnostic::error(root.span(), "no answers").label("expected a mapping of questions to answers"),
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
        problems: &mut Vec<Diagnostic>,
    ) {
        let word = key.text().unwrap_or_default();
        let Some(question) = QUESTIONS.iter().find(|question| question.key == word) else {
            let problem = Diagnostic::error(key.span(), format!("there is no question `{word}`"));
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
                Diagnostic::error(value.span(), format!("`{word}` has no answer here"))
                    .label("expected text or a list"),
            );
            return;
        };
        if !matches!(self.origin(question.key), Some(Origin::Flag)) {
            let (line, _) = source.position(key.span().range().start);
            self.set(question.key, text, Origin::File(line));
        }
    }
}
