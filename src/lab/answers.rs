//! `answers.yaml` in the learner's folder: questions of a lab, and what the learner answers.

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8Path;

use super::course::{Lab, Probe};

/// The name of the file.
pub const FILE: &str = "answers.yaml";

/// The questions of a lab, by check.
fn questions(lab: &Lab) -> impl Iterator<Item = (&str, &str)> {
    lab.checks().filter_map(|check| match &check.probe {
        Probe::Answer(answer) => Some((&*check.id.value, answer.question.as_str())),
        _ => None,
    })
}

/// The file as a learner finds it: each question, and room for its answer; none if the lab asks nothing.
pub fn blank(lab: &Lab) -> Option<String> {
    written(lab, &BTreeMap::new())
}

fn written(lab: &Lab, given: &BTreeMap<&str, &str>) -> Option<String> {
    let mut text = String::new();
    for (id, question) in questions(lab) {
        for line in textwrap::wrap(question, 76) {
            text.push_str(&format!("# {line}\n"));
        }
        let answer = given.get(id).copied().unwrap_or_default();
        text.push_str(&format!("{id}: {}\n", crate::yaml::quote::double_quoted(answer)));
    }
    (!text.is_empty()).then_some(text)
}

/// Writes answers into the file.
pub fn give(lab: &Lab, folder: &Utf8Path, given: &BTreeMap<&str, &str>) -> Result<(), String> {
    let path = folder.join(FILE);
    let text = written(lab, given).unwrap_or_default();
    fs::write(&path, text).map_err(|error| format!("{path}: {error}"))
}
