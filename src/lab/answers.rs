//! `answers.yaml` in the learner's folder: questions of a lab, and what the learner answers.

use std::fmt::Write as _;

use std::collections::BTreeMap;

use camino::Utf8Path;
use sha2::{Digest as _, Sha256};

use super::course::check_kind::Answer;
use super::course::{CheckKind, Lab};
use super::hex::hex;
use super::within;

/// The name of the file.
pub const FILE: &str = "answers.yaml";

/// The questions of a lab, by check.
fn questions(lab: &Lab) -> impl Iterator<Item = (&str, &str)> {
    lab.checks().filter_map(|check| match &check.probe {
        CheckKind::Answer(answer) => Some((&*check.id.value, answer.question.as_str())),
        _ => None,
    })
}

/// The file as a learner finds it: each question, and room for its answer; none if the lab asks nothing.
pub fn blank(lab: &Lab) -> Option<String> {
    written(lab, |_| None)
}

fn written(lab: &Lab, answer: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut text = String::new();
    for (id, question) in questions(lab) {
        for line in textwrap::wrap(question, 76) {
            let _ = writeln!(text, "# {line}");
        }
        let answer = answer(id).unwrap_or_default();
        let _ = writeln!(text, "{id}: {}", crate::yaml::quote::double_quoted(&answer));
    }
    (!text.is_empty()).then_some(text)
}

/// Writes answers into the file; those to other questions stay.
pub fn give(lab: &Lab, folder: &Utf8Path, given: &BTreeMap<&str, &str>) -> Result<(), String> {
    let answer = |id: &str| match given.get(id) {
        Some(answer) => Some((*answer).to_owned()),
        // of a file that is no YAML nothing can be kept
        None => read(folder, id).ok().flatten(),
    };
    let text = written(lab, answer).unwrap_or_default();
    within::write(folder, FILE, &text).map_err(|error| format!("{}: {error}", folder.join(FILE)))
}

/// The answer to a question: none if it is not there, or empty. Anything that YAML reads as one word or line counts.
pub fn read(folder: &Utf8Path, id: &str) -> Result<Option<String>, String> {
    let text = match within::read(folder, FILE) {
        Ok(text) => text,
        Err(error) if error.is_absent() => return Ok(None),
        Err(error) => return Err(format!("{}: {error}", folder.join(FILE))),
    };
    let stream = crate::yaml::parse(&text);
    if let Some(error) = stream.errors.first() {
        return Err(format!("{FILE} is not YAML: {}", error.message));
    }
    let root = stream.documents.first().and_then(crate::yaml::Document::root);
    let answer = root.and_then(|root| root.get(id)).and_then(|node| node.text().map(str::to_owned));
    Ok(answer.map(|answer| answer.trim().to_owned()).filter(|answer| !answer.is_empty() && answer != "null"))
}

/// How an answer is compared, so that the lab does not tell it: SHA-256 of the lab, the check and the answer. Neither letter
/// case nor blanks, quotation marks and a full stop around it, nor the `/` at the end of a folder make it another one.
pub fn digest(lab: &str, check: &str, answer: &str) -> String {
    let words = answer.to_lowercase();
    let around = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`');
    let bare = words.trim_matches(around).trim_end_matches(['.', '/']).trim_matches(around);
    hex(&Sha256::digest(format!("{lab}/{check}/{bare}")))
}

/// Whether a question takes an answer.
pub fn takes(lab: &str, check: &str, question: &Answer, answer: &str) -> bool {
    let hash = digest(lab, check, answer);
    std::iter::once(&question.sha256).chain(&question.or).any(|right| right.eq_ignore_ascii_case(&hash))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use camino::Utf8Path;

    use super::{FILE, give, read};
    use crate::lab::course::Course;

    #[test]
    fn what_is_given_later_leaves_what_was_answered_before() {
        let course = Course::embedded().expect("a course");
        let lab = &course.find("tour").expect("a lab").lab;
        let folder = tempfile::tempdir().expect("a folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a path");
        let answer = |id: &str| read(folder, id).expect("a file that is YAML");
        give(lab, folder, &BTreeMap::from([("api-port", "8080"), ("etcd-port", "2379")])).expect("written");
        give(lab, folder, &BTreeMap::from([("api-port", "6443"), ("revocable", "a: \"b\"")])).expect("written");
        assert_eq!(answer("api-port").as_deref(), Some("6443"));
        assert_eq!(answer("etcd-port").as_deref(), Some("2379"));
        assert_eq!(answer("revocable").as_deref(), Some("a: \"b\""));
        assert_eq!(answer("super-group"), None);
        fs::write(folder.join(FILE), "api-port: [\n").expect("written");
        give(lab, folder, &BTreeMap::from([("etcd-port", "2379")])).expect("written");
        assert_eq!((answer("api-port"), answer("etcd-port").as_deref()), (None, Some("2379")));
    }
}
